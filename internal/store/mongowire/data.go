package mongowire

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// data is all stored documents. It is not safe for concurrent use.
type data struct {
	collections map[string]*collection // by "db.collection"
	sessions    map[string]session     // last retryable write, by session id
	log         *journal               // nil: in memory only
	pending     []change               // applied, not in the log yet
}

// session remembers the reply to the last retryable write, so that the same
// transaction number is answered without applying it again.
type session struct {
	Txn   int64  `bson:"txn"`
	Reply bson.D `bson:"reply"`
}

// change is one step of the log.
type change struct {
	Kind string   `bson:"kind"` // put, delete, index, drop
	NS   string   `bson:"ns"`
	Doc  bson.Raw `bson:"doc"`
}

type collection struct {
	docs    map[string]bson.Raw // by encoded _id
	indexes []*index            // the first is _id_
}

func newData() *data {
	return &data{collections: map[string]*collection{}, sessions: map[string]session{}}
}

// collection returns the collection and creates it when it is not there.
func (d *data) collection(ns string) *collection {
	c := d.collections[ns]
	if c == nil {
		c = &collection{docs: map[string]bson.Raw{}, indexes: []*index{{name: "_id_", paths: []string{"_id"}, unique: true}}}
		d.collections[ns] = c
	}
	return c
}

// put stores doc in place of the document with its id, if any. The error is a
// *duplicate when a unique index forbids it; then nothing has changed.
func (d *data) put(ns string, doc bson.Raw) error {
	if err := d.collection(ns).put(doc); err != nil {
		return err
	}
	d.pending = append(d.pending, change{Kind: "put", NS: ns, Doc: doc})
	return nil
}

func (d *data) delete(ns string, id string) {
	c := d.collection(ns)
	d.pending = append(d.pending, change{Kind: "delete", NS: ns, Doc: c.docs[id]})
	c.remove(id)
}

// addIndex builds an index from its createIndexes form.
func (d *data) addIndex(ns string, spec bson.Raw) error {
	x, err := parseIndex(spec)
	if err != nil {
		return err
	}
	c := d.collection(ns)
	for id, doc := range c.docs {
		if err := x.check(id, doc); err != nil {
			return err
		}
		x.add(id, doc)
	}
	c.indexes = append(c.indexes, x)
	d.pending = append(d.pending, change{Kind: "index", NS: ns, Doc: spec})
	return nil
}

func (d *data) drop(db string) {
	maps.DeleteFunc(d.collections, func(ns string, _ *collection) bool { return strings.HasPrefix(ns, db+".") })
	d.pending = append(d.pending, change{Kind: "drop", NS: db, Doc: mustMarshal(bson.D{})})
}

// apply repeats a change from the log.
func (d *data) apply(c change) error {
	switch c.Kind {
	case "put":
		return d.put(c.NS, c.Doc)
	case "delete":
		id, err := appendKey(nil, c.Doc.Lookup("_id"))
		if err == nil {
			d.delete(c.NS, string(id))
		}
		return err
	case "index":
		return d.addIndex(c.NS, c.Doc)
	case "drop":
		d.drop(c.NS)
		return nil
	}
	return fmt.Errorf("change of kind %q", c.Kind)
}

// commit makes the pending changes and the reply durable.
func (d *data) commit(id string, s session) error {
	if id != "" {
		d.sessions[id] = s
	}
	changes := d.pending
	d.pending = nil
	if d.log == nil || len(changes) == 0 {
		return nil
	}
	return d.log.append(batch{Changes: changes, Session: []byte(id), Last: s})
}

func (d *data) close() {
	if d.log != nil {
		_ = d.log.file.Close()
	}
}

func (c *collection) put(doc bson.Raw) error {
	key, err := appendKey(nil, doc.Lookup("_id"))
	if err != nil {
		return err
	}
	id := string(key)
	for _, x := range c.indexes {
		if err := x.check(id, doc); err != nil {
			return err
		}
	}
	c.remove(id)
	for _, x := range c.indexes {
		x.add(id, doc)
	}
	c.docs[id] = doc
	return nil
}

func (c *collection) remove(id string) {
	doc, ok := c.docs[id]
	if !ok {
		return
	}
	for _, x := range c.indexes {
		x.drop(id, doc)
	}
	delete(c.docs, id)
}

// index is an ordered set of keys. All its fields ascend.
type index struct {
	name    string
	paths   []string
	unique  bool
	partial *cond // only documents that meet it; "exists" as its op
	spec    bson.Raw
	entries []entry // by key, then id
}

type entry struct{ key, id string }

func compareEntries(a, b entry) int {
	if n := strings.Compare(a.key, b.key); n != 0 {
		return n
	}
	return strings.Compare(a.id, b.id)
}

func (x *index) holds(doc bson.Raw) bool {
	switch {
	case x.partial == nil:
		return true
	case x.partial.op == "exists":
		return lookup(doc, x.partial.path).Type != 0
	}
	return x.partial.matches(doc)
}

func (x *index) keys(doc bson.Raw) []indexKey {
	if !x.holds(doc) {
		return nil
	}
	keys, err := keysOf(doc, x.paths)
	if err != nil {
		return nil // check refused such documents
	}
	return keys
}

// check reports a *duplicate when another document has a key of doc.
func (x *index) check(id string, doc bson.Raw) error {
	if !x.holds(doc) {
		return nil
	}
	keys, err := keysOf(doc, x.paths)
	if err != nil || !x.unique {
		return err
	}
	for _, k := range keys {
		i, _ := slices.BinarySearchFunc(x.entries, entry{key: k.text}, compareEntries)
		for ; i < len(x.entries) && x.entries[i].key == k.text; i++ {
			if x.entries[i].id != id {
				return &duplicate{index: x, key: k}
			}
		}
	}
	return nil
}

func (x *index) add(id string, doc bson.Raw) {
	for _, k := range x.keys(doc) {
		e := entry{k.text, id}
		i, found := slices.BinarySearchFunc(x.entries, e, compareEntries)
		if !found {
			x.entries = slices.Insert(x.entries, i, e)
		}
	}
}

func (x *index) drop(id string, doc bson.Raw) {
	for _, k := range x.keys(doc) {
		if i, found := slices.BinarySearchFunc(x.entries, entry{k.text, id}, compareEntries); found {
			x.entries = slices.Delete(x.entries, i, i+1)
		}
	}
}

// duplicate is a broken unique index.
type duplicate struct {
	index *index
	key   indexKey
}

func (e *duplicate) Error() string {
	return fmt.Sprintf("E11000 duplicate key error collection: index: %s dup key", e.index.name)
}

// pattern and value are the keyPattern and keyValue of the server's error.
func (e *duplicate) pattern() (pattern, value bson.D) {
	for i, p := range e.index.paths {
		pattern = append(pattern, bson.E{Key: p, Value: int32(1)})
		if v := e.key.values[i]; v.Type == 0 {
			value = append(value, bson.E{Key: p, Value: nil})
		} else {
			value = append(value, bson.E{Key: p, Value: v})
		}
	}
	return pattern, value
}
