package ferretdb_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

const opMsg = 2013

// startRelay listens in front of the server and passes everything on but
// createIndexes, which it answers itself. It ends with the test.
func startRelay(t *testing.T, server string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	wg.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", server)
			if err != nil {
				_ = client.Close()
				return
			}
			mu.Lock()
			open = append(open, client, up)
			mu.Unlock()
			wg.Go(func() {
				err := relay(client, up)
				if !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
					t.Logf("relay: %v", err)
				}
				_ = client.Close()
				_ = up.Close()
			})
		}
	})
	return l.Addr().String()
}

// relay passes on request after request. Every request of a driver that does
// not stream has exactly one reply.
func relay(client, server net.Conn) error {
	for {
		request, err := readMessage(client)
		if err != nil {
			return err
		}
		reply := answerOf(request)
		if reply == nil {
			if _, err := server.Write(request); err != nil {
				return err
			}
			if reply, err = readMessage(server); err != nil {
				return err
			}
		}
		if _, err := client.Write(reply); err != nil {
			return err
		}
	}
}

func readMessage(r io.Reader) ([]byte, error) {
	head := make([]byte, 16)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	m := make([]byte, binary.LittleEndian.Uint32(head))
	copy(m, head)
	_, err := io.ReadFull(r, m[16:])
	return m, err
}

// answerOf is the relay's own answer, nil for what the server shall answer.
func answerOf(request []byte) []byte {
	if binary.LittleEndian.Uint32(request[12:]) != opMsg || len(request) < 26 || request[20] != 0 {
		return nil
	}
	first, err := bson.Raw(request[21:]).IndexErr(0)
	if err != nil || first.Key() != "createIndexes" {
		return nil
	}
	body, err := bson.Marshal(bson.D{{Key: "ok", Value: 1.0}})
	if err != nil {
		return nil
	}
	out := binary.LittleEndian.AppendUint32(nil, uint32(21+len(body)))
	out = append(out, 0, 0, 0, 0)
	out = append(out, request[4:8]...) // in reply to
	out = binary.LittleEndian.AppendUint32(out, opMsg)
	return append(append(out, 0, 0, 0, 0, 0), body...)
}
