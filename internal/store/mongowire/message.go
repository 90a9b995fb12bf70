package mongowire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Wire format: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
const (
	opReply = 1
	opQuery = 2004
	opMsg   = 2013

	headerLen    = 16
	maxMessage   = 48_000_000
	maxDocument  = 16 << 20
	flagChecksum = 1 << 0
	flagExhaust  = 1 << 16 // the client allows streamed replies; we send one
)

var crc32c = crc32.MakeTable(crc32.Castagnoli)

// message is one request: the command with its document sequences merged in
// as arrays, as the server itself would see it.
type message struct {
	id     int32
	opCode int32
	body   bson.Raw
}

// readMessage reads one request. An io error ends the connection silently;
// any other error is a violation of the protocol.
func readMessage(r io.Reader) (message, error) {
	var head [headerLen]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return message{}, io.EOF
	}
	size := int(int32(binary.LittleEndian.Uint32(head[0:])))
	m := message{
		id:     int32(binary.LittleEndian.Uint32(head[4:])),
		opCode: int32(binary.LittleEndian.Uint32(head[12:])),
	}
	if size < headerLen || size > maxMessage {
		return m, fmt.Errorf("message of %d bytes", size)
	}
	payload := make([]byte, size-headerLen)
	if _, err := io.ReadFull(r, payload); err != nil {
		return m, io.EOF
	}
	var err error
	switch m.opCode {
	case opMsg:
		m.body, err = parseMsg(head[:], payload)
	case opQuery:
		m.body, err = parseQuery(payload)
	default:
		err = fmt.Errorf("op code %d", m.opCode)
	}
	return m, err
}

// parseMsg checks flags and checksum and merges the sections.
func parseMsg(head, p []byte) (bson.Raw, error) {
	if len(p) < 4 {
		return nil, errors.New("OP_MSG without flags")
	}
	flags := binary.LittleEndian.Uint32(p)
	if flags&^(flagChecksum|flagExhaust) != 0 {
		return nil, fmt.Errorf("OP_MSG flags %#x", flags)
	}
	if flags&flagChecksum != 0 {
		if len(p) < 8 {
			return nil, errors.New("OP_MSG without its checksum")
		}
		sum := crc32.Update(crc32.Checksum(head, crc32c), crc32c, p[:len(p)-4])
		if sum != binary.LittleEndian.Uint32(p[len(p)-4:]) {
			return nil, errors.New("OP_MSG checksum does not match")
		}
		p = p[:len(p)-4]
	}
	var body bson.Raw
	var sequences bson.D
	for p = p[4:]; len(p) > 0; {
		kind := p[0]
		p = p[1:]
		switch kind {
		case 0:
			doc, rest, err := cutDocument(p)
			if err != nil || body != nil {
				return nil, errors.Join(errors.New("OP_MSG needs exactly one body"), err)
			}
			body, p = doc, rest
		case 1:
			name, docs, rest, err := cutSequence(p)
			if err != nil {
				return nil, err
			}
			sequences = append(sequences, bson.E{Key: name, Value: docs})
			p = rest
		default:
			return nil, fmt.Errorf("OP_MSG section kind %d", kind)
		}
	}
	if body == nil {
		return nil, errors.New("OP_MSG without body")
	}
	return merge(body, sequences)
}

func cutDocument(p []byte) (doc bson.Raw, rest []byte, err error) {
	if len(p) < 5 {
		return nil, nil, errors.New("document cut short")
	}
	n := int(int32(binary.LittleEndian.Uint32(p)))
	if n < 5 || n > len(p) {
		return nil, nil, fmt.Errorf("document of %d bytes", n)
	}
	doc = bson.Raw(p[:n])
	return doc, p[n:], doc.Validate()
}

func cutSequence(p []byte) (name string, docs bson.A, rest []byte, err error) {
	if len(p) < 5 {
		return "", nil, nil, errors.New("document sequence cut short")
	}
	n := int(int32(binary.LittleEndian.Uint32(p)))
	if n < 5 || n > len(p) {
		return "", nil, nil, fmt.Errorf("document sequence of %d bytes", n)
	}
	name, seq, ok := strings.Cut(string(p[4:n]), "\x00")
	if !ok {
		return "", nil, nil, errors.New("document sequence without a name")
	}
	for q := []byte(seq); len(q) > 0; {
		doc, more, err := cutDocument(q)
		if err != nil {
			return "", nil, nil, err
		}
		docs = append(docs, doc)
		q = more
	}
	return name, docs, p[n:], nil
}

// merge puts the document sequences into the command as arrays. A field given
// both ways is an error.
func merge(body bson.Raw, sequences bson.D) (bson.Raw, error) {
	if len(sequences) == 0 {
		return body, nil
	}
	var d bson.D
	elems, err := body.Elements()
	if err != nil {
		return nil, err
	}
	for _, e := range elems {
		d = append(d, bson.E{Key: e.Key(), Value: e.Value()})
	}
	for _, s := range sequences {
		if _, err := body.LookupErr(s.Key); err == nil {
			return nil, fmt.Errorf("field %s is both in the body and a sequence", s.Key)
		}
		d = append(d, s)
	}
	return bson.Marshal(d)
}

// parseQuery reads the legacy message in which drivers still send the first
// hello of a connection.
func parseQuery(p []byte) (bson.Raw, error) {
	if len(p) < 4 {
		return nil, errors.New("OP_QUERY cut short")
	}
	name, rest, ok := strings.Cut(string(p[4:]), "\x00")
	if !ok || name != "admin.$cmd" || len(rest) < 8 {
		return nil, fmt.Errorf("OP_QUERY on %q", name)
	}
	doc, tail, err := cutDocument([]byte(rest[8:]))
	if err == nil && len(tail) > 0 {
		err = errors.New("OP_QUERY with a projection")
	}
	return doc, err
}

// reply encodes the answer to m in the form the request came in.
func reply(m message, doc bson.Raw) []byte {
	var p []byte
	if m.opCode == opQuery {
		p = appendHeader(p, headerLen+20+len(doc), m.id, opReply)
		p = append(p, make([]byte, 16)...) // flags, cursor id, starting from
		p = binary.LittleEndian.AppendUint32(p, 1)
	} else {
		p = appendHeader(p, headerLen+5+len(doc), m.id, opMsg)
		p = append(p, 0, 0, 0, 0, 0) // flags, section kind
	}
	return append(p, doc...)
}

func appendHeader(p []byte, size int, responseTo, opCode int32) []byte {
	p = binary.LittleEndian.AppendUint32(p, uint32(size))
	p = binary.LittleEndian.AppendUint32(p, 0)
	p = binary.LittleEndian.AppendUint32(p, uint32(responseTo))
	return binary.LittleEndian.AppendUint32(p, uint32(opCode))
}
