package store

import (
	"encoding/base64"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xinglu/xinglu/internal/fault"
)

// Limits of a document. Larger input is refused with ErrInvalid.
const (
	MaxID    = 200     // bytes of an id
	MaxValue = 500     // bytes of an index value
	MaxBody  = 8 << 20 // bytes of a body
	MaxLimit = 1000    // documents of a page
)

// ErrInvalid says that a document or query breaks a limit of this package;
// Fields say which.
var ErrInvalid = fault.New(fault.Invalid, "document_invalid", "the document or query is not valid")

// Schema is the set of declared collections. Adapters check every call
// against it, so that they refuse the same things. It is immutable.
type Schema struct {
	collections map[string]Collection
}

var plainName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`)

// NewSchema checks the declarations: names are lower_snake of at most 48
// bytes and unique.
func NewSchema(collections []Collection) (Schema, error) {
	s := Schema{collections: make(map[string]Collection, len(collections))}
	for _, c := range collections {
		if _, twice := s.collections[c.Name]; twice || !plainName.MatchString(c.Name) {
			return Schema{}, ErrUndeclared.With(fault.Field{Path: c.Name, Code: "bad_name", Message: "collection name is declared twice or not lower_snake"})
		}
		seen := map[string]bool{}
		for _, x := range c.Indexes {
			if seen[x.Name] || !plainName.MatchString(x.Name) {
				return Schema{}, ErrUndeclared.With(fault.Field{Path: c.Name + "." + x.Name, Code: "bad_name", Message: "index name is declared twice or not lower_snake"})
			}
			seen[x.Name] = true
		}
		s.collections[c.Name] = c
	}
	return s, nil
}

// Collections returns the declarations in the order of their names.
func (s Schema) Collections() []Collection {
	all := slices.Collect(maps.Values(s.collections))
	slices.SortFunc(all, func(a, b Collection) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Collection returns the declaration, or ErrUndeclared.
func (s Schema) Collection(name string) (Collection, error) {
	c, ok := s.collections[name]
	if !ok {
		return c, ErrUndeclared.With(fault.Field{Path: name, Code: "undeclared", Message: "this collection was not declared at Open"})
	}
	return c, nil
}

// Index returns the declaration of one index of the collection.
func (c Collection) Index(name string) (Index, error) {
	for _, x := range c.Indexes {
		if x.Name == name {
			return x, nil
		}
	}
	return Index{}, ErrUndeclared.With(fault.Field{Path: c.Name + "." + name, Code: "undeclared", Message: "this index was not declared at Open"})
}

// CheckDoc reports whether the document may be stored in the collection:
// ErrUndeclared for an unknown index, ErrInvalid for a broken limit. Ids and
// values are valid UTF-8 without NUL; ids are not empty. It does not parse
// the body.
func (c Collection) CheckDoc(d Doc) error {
	if err := CheckID(d.ID); err != nil {
		return err
	}
	for name, v := range d.Keys {
		if _, err := c.Index(name); err != nil {
			return err
		}
		if bad := textFault("keys."+name, v, MaxValue); bad != nil {
			return ErrInvalid.With(*bad)
		}
	}
	if len(d.Body) == 0 || len(d.Body) > MaxBody {
		return ErrInvalid.With(fault.Field{Path: "body", Code: "bad_length", Message: "a body has 1 byte to 8 MiB"})
	}
	return nil
}

// CheckID reports whether id may name a document.
func CheckID(id string) error {
	if id == "" {
		return ErrInvalid.With(fault.Field{Path: "id", Code: "empty", Message: "a document needs an id"})
	}
	if bad := textFault("id", id, MaxID); bad != nil {
		return ErrInvalid.With(*bad)
	}
	return nil
}

// CheckQuery reports whether the query may be asked of the collection.
func (c Collection) CheckQuery(q Query) error {
	if q.Index != "" {
		if _, err := c.Index(q.Index); err != nil {
			return err
		}
	}
	if q.Limit < 1 || q.Limit > MaxLimit {
		return ErrInvalid.With(fault.Field{Path: "limit", Code: "out_of_range", Message: "a page has 1 to 1000 documents"})
	}
	for _, f := range []struct{ path, text string }{{"equal", q.Equal}, {"prefix", q.Prefix}} {
		if bad := textFault(f.path, f.text, MaxValue); bad != nil {
			return ErrInvalid.With(*bad)
		}
	}
	return nil
}

func textFault(path, s string, limit int) *fault.Field {
	switch {
	case len(s) > limit:
		return &fault.Field{Path: path, Code: "too_long", Message: "longer than its limit in bytes"}
	case strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s):
		return &fault.Field{Path: path, Code: "bad_text", Message: "not valid UTF-8 without NUL"}
	}
	return nil
}

// Cursor is the place after which a page begins: the index value and id of
// the last document of the page before.
type Cursor struct {
	Value string // "" when the query is by id
	ID    string
}

// String is the cursor's form as Page.Next, fit for a URL. Neither value nor
// id holds a NUL, so the form is unambiguous.
func (c Cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(c.Value + "\x00" + c.ID))
}

// ParseCursor reads a Page.Next; anything else is ErrInvalid.
func ParseCursor(s string) (Cursor, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	value, id, ok := strings.Cut(string(b), "\x00")
	if err != nil || !ok || CheckID(id) != nil || textFault("", value, MaxValue) != nil {
		return Cursor{}, ErrInvalid.With(fault.Field{Path: "after", Code: "bad_cursor", Message: "not the next of an earlier page"})
	}
	return Cursor{Value: value, ID: id}, nil
}
