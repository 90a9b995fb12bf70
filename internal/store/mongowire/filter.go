package mongowire

import (
	"bytes"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// cond is one condition of a filter.
type cond struct {
	path  string
	op    string // "=", "$gt", "$gte", "$lt", "$lte"
	value bson.RawValue
}

// parseFilter reads the filters that are understood: fields that equal a
// value or lie in a range.
func parseFilter(doc bson.Raw) ([]cond, error) {
	elems, err := doc.Elements()
	if err != nil {
		return nil, err
	}
	var conds []cond
	for _, e := range elems {
		ops, isDoc := e.Value().DocumentOK()
		if !isDoc {
			conds = append(conds, cond{e.Key(), "=", e.Value()})
			continue
		}
		inner, err := ops.Elements()
		if err != nil {
			return nil, err
		}
		for _, o := range inner {
			switch o.Key() {
			case "$gt", "$gte", "$lt", "$lte":
				conds = append(conds, cond{e.Key(), o.Key(), o.Value()})
			default:
				return nil, fmt.Errorf("filter operator %s", o.Key())
			}
		}
	}
	return conds, nil
}

// signature is the filter without its values, for comparison with the declared
// shapes: "s=string l$gt=long".
func signature(conds []cond) string {
	parts := make([]string, 0, len(conds))
	for _, c := range conds {
		path := c.path
		if strings.HasPrefix(path, "k.") {
			path = "k.*"
		}
		parts = append(parts, path+strings.TrimPrefix(c.op, "=")+"="+typeName(c.value))
	}
	return strings.Join(parts, " ")
}

func typeName(v bson.RawValue) string {
	switch v.Type {
	case bson.TypeString:
		return "string"
	case bson.TypeInt64:
		return "long"
	case bson.TypeEmbeddedDocument:
		return "object"
	case bson.TypeArray:
		return "array"
	case bson.TypeBinary:
		return "binary"
	case bson.TypeDateTime:
		return "date"
	}
	return v.Type.String()
}

// matches reports whether a value of the document meets the condition. Values
// of different kinds do not compare.
func (c cond) matches(doc bson.Raw) bool {
	for _, v := range valuesAt(doc, strings.Split(c.path, ".")) {
		if c.accepts(v) {
			return true
		}
	}
	return false
}

func (c cond) accepts(v bson.RawValue) bool {
	got, err1 := appendKey(nil, v)
	want, err2 := appendKey(nil, c.value)
	if err1 != nil || err2 != nil || got[0] != want[0] {
		return false
	}
	n := bytes.Compare(got, want)
	switch c.op {
	case "=":
		return n == 0
	case "$gt":
		return n > 0
	case "$gte":
		return n >= 0
	case "$lt":
		return n < 0
	default:
		return n <= 0
	}
}
