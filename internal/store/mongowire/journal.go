package mongowire

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// journal is the append-only log of a server with a directory: batches, each
// with its length and CRC-32C in front, synced one by one. A torn batch at the
// end was never acknowledged and is cut off.
type journal struct{ file *os.File }

// batch is what one command changed, with the reply to it.
type batch struct {
	Changes []change `bson:"changes"`
	Session []byte   `bson:"session"`
	Last    session  `bson:"last"`
}

func openData(dir string) (*data, error) {
	d := newData()
	if dir == "" {
		return d, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "mongowire.log"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	good, err := d.replay(f)
	if err == nil {
		err = f.Truncate(good)
	}
	if err == nil {
		_, err = f.Seek(good, io.SeekStart)
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	d.log = &journal{f}
	return d, nil
}

// replay applies every whole batch and returns where they end.
func (d *data) replay(f io.Reader) (good int64, err error) {
	r := bufio.NewReader(f)
	for {
		b, n, ok := readBatch(r)
		if !ok {
			return good, nil
		}
		for _, c := range b.Changes {
			if err := d.apply(c); err != nil {
				return good, err
			}
		}
		if len(b.Session) > 0 {
			d.sessions[string(b.Session)] = b.Last
		}
		d.pending = nil
		good += n
	}
}

func readBatch(r io.Reader) (b batch, n int64, ok bool) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return b, 0, false
	}
	size := binary.LittleEndian.Uint32(head[:])
	if size > 2*maxMessage {
		return b, 0, false
	}
	payload := make([]byte, size)
	if _, err := io.ReadFull(r, payload); err != nil {
		return b, 0, false
	}
	if crc32.Checksum(payload, crc32c) != binary.LittleEndian.Uint32(head[4:]) {
		return b, 0, false
	}
	return b, int64(len(head)) + int64(size), bson.Unmarshal(payload, &b) == nil
}

func (j *journal) append(b batch) error {
	payload, err := bson.Marshal(b)
	if err != nil {
		return err
	}
	out := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
	out = binary.LittleEndian.AppendUint32(out, crc32.Checksum(payload, crc32c))
	if _, err := j.file.Write(append(out, payload...)); err != nil {
		return err
	}
	return j.file.Sync()
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
