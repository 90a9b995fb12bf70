package mongowire

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Index keys are encoded so that comparing bytes compares values as MongoDB
// does for the types that occur here: missing and null, then numbers, strings
// (simple collation), documents. A component is never a proper prefix of
// another one, so components can be put side by side.
const (
	tagNull   = 0x05
	tagNumber = 0x10
	tagString = 0x20
	tagDoc    = 0x30
	tagEnd    = 0x01
	tagAbove  = 0xff // above every component
)

// appendKey appends one component. The zero RawValue is a missing field.
func appendKey(b []byte, v bson.RawValue) ([]byte, error) {
	switch v.Type {
	case 0, bson.TypeNull:
		return append(b, tagNull), nil
	case bson.TypeInt32, bson.TypeInt64:
		n := v.AsInt64()
		return binary.BigEndian.AppendUint64(append(b, tagNumber), uint64(n)^1<<63), nil
	case bson.TypeString:
		b = append(b, tagString)
		b = append(b, strings.ReplaceAll(v.StringValue(), "\x00", "\x00\xff")...)
		return append(b, 0, 0), nil
	case bson.TypeEmbeddedDocument:
		b = append(b, tagDoc)
		elems, err := v.Document().Elements()
		if err != nil {
			return nil, err
		}
		for _, e := range elems {
			b = append(append(b, tagString), e.Key()...)
			b = append(b, 0, 0)
			if b, err = appendKey(b, e.Value()); err != nil {
				return nil, err
			}
		}
		return append(b, tagEnd), nil
	}
	return nil, fmt.Errorf("no index keys of type %s", v.Type)
}

// lookup follows a dotted path; the zero RawValue means that it is missing.
func lookup(doc bson.Raw, path string) bson.RawValue {
	v, err := doc.LookupErr(strings.Split(path, ".")...)
	if err != nil {
		return bson.RawValue{}
	}
	return v
}

// valuesAt are the values at a dotted path: one for each element where the path
// leads to an array or through one, else one, maybe missing.
func valuesAt(doc bson.Raw, path []string) []bson.RawValue {
	v, err := doc.LookupErr(path[0])
	if err != nil {
		return []bson.RawValue{{}}
	}
	found := []bson.RawValue{v}
	if arr, ok := v.ArrayOK(); ok {
		found, _ = arr.Values()
	}
	if len(path) == 1 {
		return found
	}
	var all []bson.RawValue
	for _, f := range found {
		if inner, ok := f.DocumentOK(); ok {
			all = append(all, valuesAt(inner, path[1:])...)
		} else {
			all = append(all, bson.RawValue{})
		}
	}
	return all
}

// indexKey is one key of a document with the values it was made of.
type indexKey struct {
	text   string
	values []bson.RawValue
}

// keysOf are the keys of doc in an index on paths. An array in one of the
// paths gives a key for each of its elements (multikey).
func keysOf(doc bson.Raw, paths []string) ([]indexKey, error) {
	keys := []indexKey{{}}
	for _, path := range paths {
		var next []indexKey
		for _, k := range keys {
			for _, v := range valuesAt(doc, strings.Split(path, ".")) {
				text, err := appendKey([]byte(k.text), v)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", path, err)
				}
				next = append(next, indexKey{string(text), append(slices.Clip(k.values), v)})
			}
		}
		keys = next
	}
	slices.SortFunc(keys, func(a, b indexKey) int { return strings.Compare(a.text, b.text) })
	return slices.CompactFunc(keys, func(a, b indexKey) bool { return a.text == b.text }), nil
}
