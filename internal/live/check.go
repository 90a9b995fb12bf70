package live

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
)

// NewEpoch returns a fresh random epoch of 65 bits. It must differ after
// every restart and flush, so it is never drawn from a seed.
func NewEpoch() string { return rand.Text()[:13] }

// Check reports ErrInvalid when the channel's name cannot be used.
func (ch Channel) Check() error {
	if ch == "" || len(ch) > MaxChannel || hasControl(string(ch)) {
		return invalid("channel", "bad_channel", "must be 1 to %d bytes without control characters", MaxChannel)
	}
	return nil
}

// CheckPublish reports ErrInvalid when Publish must refuse its arguments.
// Adapters call it first, so that all of them refuse the same.
func CheckPublish(ch Channel, key string, data []byte) error {
	if err := ch.Check(); err != nil {
		return err
	}
	if len(key) > MaxID {
		return invalid("key", "too_long", "must be at most %d bytes", MaxID)
	}
	if len(data) > MaxData {
		return invalid("data", "too_large", "must be at most %d bytes", MaxData)
	}
	return nil
}

// Check reports ErrInvalid when Apply must refuse the change whatever the
// board holds.
func (c Change) Check() error {
	if err := CheckPublish(c.Channel, "", c.Frame); err != nil {
		return err
	}
	if c.Version <= 0 || c.Version > MaxNumber || c.Base < 0 {
		return invalid("version", "out_of_range", "must be 1 to %d, on a base that is not negative", int64(MaxNumber))
	}
	if len(c.Meta) > MaxData {
		return invalid("meta", "too_large", "must be at most %d bytes", MaxData)
	}
	named := make(map[string]bool, len(c.Upsert)+len(c.Delete))
	for i, r := range c.Upsert {
		path := fmt.Sprintf("upsert[%d]", i)
		if err := checkID(path, r.ID, named); err != nil {
			return err
		}
		if len(r.Key) > MaxKey || hasControl(r.Key) {
			return invalid(path+".key", "bad_key", "must be at most %d bytes, none below 0x20", MaxKey)
		}
		if len(r.Body) > MaxData {
			return invalid(path+".body", "too_large", "must be at most %d bytes", MaxData)
		}
	}
	for i, id := range c.Delete {
		if err := checkID(fmt.Sprintf("delete[%d]", i), id, named); err != nil {
			return err
		}
	}
	return nil
}

func checkID(path, id string, named map[string]bool) error {
	if id == "" || len(id) > MaxID {
		return invalid(path, "bad_id", "row id must be 1 to %d bytes", MaxID)
	}
	if named[id] {
		return invalid(path, "twice", "row %q is named twice in one change", id)
	}
	named[id] = true
	return nil
}

func hasControl(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 0x20 }) >= 0
}

func invalid(path, code, message string, args ...any) error {
	return ErrInvalid.With(fault.Field{Path: path, Code: code, Message: fmt.Sprintf(message, args...)})
}

// Into writes the position into a frame, as clients receive it: a JSON object
// gains the members "e" and "o" in front. Anything else is ErrInvalid.
func (p Position) Into(object []byte) ([]byte, error) {
	if len(object) < 2 || object[0] != '{' || object[len(object)-1] != '}' {
		return nil, invalid("frame", "not_object", "must be a JSON object")
	}
	position, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(position)+len(object))
	out = append(out, position[:len(position)-1]...)
	if len(object) > 2 {
		out = append(out, ',')
	}
	return append(out, object[1:]...), nil
}
