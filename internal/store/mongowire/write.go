package mongowire

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// insert stores each document it can; with ordered it stops at the first that
// fails.
func (s *Server) insert(c *command) (bson.D, error) {
	docs, err := c.documents("documents")
	if err != nil {
		return nil, s.violateLocked("%v", err)
	}
	ordered := true
	if v, ok := c.body.Lookup("ordered").BooleanOK(); ok {
		ordered = v
	}
	for _, doc := range docs {
		if !declaredDocument(c.collection, doc) {
			return nil, s.violateLocked("insert into %s: the form of %.200s is not declared", c.collection, doc)
		}
	}
	var n int32
	failed := bson.A{}
	for i, doc := range docs {
		e := s.insertOne(c, doc)
		if e == nil {
			n++
			continue
		}
		failed = append(failed, append(bson.D{{Key: "index", Value: int32(i)}}, e...))
		if ordered {
			break
		}
	}
	out := bson.D{{Key: "n", Value: n}}
	if len(failed) > 0 {
		out = append(out, bson.E{Key: "writeErrors", Value: failed})
	}
	return out, s.commitAlone(c)
}

// insertOne returns the write error without its index, or nil.
func (s *Server) insertOne(c *command, doc bson.Raw) bson.D {
	id, err := appendKey(nil, doc.Lookup("_id"))
	if err != nil {
		return writeError(c, err)
	}
	col := s.data.collection(c.namespace())
	if _, taken := col.docs[string(id)]; taken {
		return writeError(c, &duplicate{index: col.indexes[0], key: indexKey{values: []bson.RawValue{doc.Lookup("_id")}}})
	}
	if len(doc) > maxDocument {
		return writeError(c, &commandError{code: 10334, message: "BSONObjectTooLarge"})
	}
	if err := s.data.put(c.namespace(), doc); err != nil {
		return writeError(c, err)
	}
	return nil
}

func writeError(c *command, err error) bson.D {
	switch e := err.(type) {
	case *duplicate:
		pattern, value := e.pattern()
		return bson.D{
			{Key: "code", Value: int32(11000)},
			{Key: "keyPattern", Value: pattern},
			{Key: "keyValue", Value: value},
			{Key: "errmsg", Value: fmt.Sprintf("E11000 duplicate key error collection: %s index: %s dup key: %v", c.namespace(), e.index.name, value)},
		}
	case *commandError:
		return bson.D{{Key: "code", Value: e.code}, {Key: "errmsg", Value: e.message}}
	}
	return bson.D{{Key: "code", Value: int32(8)}, {Key: "errmsg", Value: err.Error()}}
}

// update replaces one whole document, compared by version.
func (s *Server) update(c *command) (bson.D, error) {
	one, id, err := s.single(c, "updates", "q", "u")
	if err != nil {
		return nil, err
	}
	doc, ok := one.Lookup("u").DocumentOK()
	if !ok || !declaredDocument(c.collection, doc) {
		return nil, s.violateLocked("update of %s with %.200s", c.collection, one)
	}
	var n int32
	out := bson.D{}
	if id != "" {
		if err := s.data.put(c.namespace(), doc); err != nil {
			failed := append(bson.D{{Key: "index", Value: int32(0)}}, writeError(c, err)...)
			out = append(out, bson.E{Key: "writeErrors", Value: bson.A{failed}})
		} else {
			n = 1
		}
	}
	out = append(out, bson.E{Key: "n", Value: n}, bson.E{Key: "nModified", Value: n})
	return out, s.commitAlone(c)
}

// delete removes one document, compared by version.
func (s *Server) delete(c *command) (bson.D, error) {
	one, id, err := s.single(c, "deletes", "q", "limit")
	if err != nil {
		return nil, err
	}
	if limit, _ := one.Lookup("limit").AsInt64OK(); limit != 1 {
		return nil, s.violateLocked("delete with limit %d", limit)
	}
	var n int32
	if id != "" {
		s.data.delete(c.namespace(), id)
		n = 1
	}
	return bson.D{{Key: "n", Value: n}}, s.commitAlone(c)
}

// single reads the one statement of an update or delete and finds the
// document that its selector matches; "" when there is none.
func (s *Server) single(c *command, field string, names ...string) (stmt bson.Raw, id string, err error) {
	stmts, err := c.documents(field)
	if err != nil || len(stmts) != 1 || c.collection == ledgerBlocks {
		return nil, "", s.violateLocked("%s of %s with %d statements: %v", c.name, c.collection, len(stmts), err)
	}
	if f, ok := onlyFields(stmts[0], names...); !ok {
		return nil, "", s.violateLocked("%s with %s", c.name, f)
	}
	q, _ := stmts[0].Lookup("q").DocumentOK()
	conds, err := parseFilter(q)
	if err != nil || signature(conds) != selector {
		return nil, "", s.violateLocked("%s with filter %v is not declared", c.name, q)
	}
	key, err := appendKey(nil, conds[0].value)
	if err != nil {
		return nil, "", err
	}
	doc, ok := s.data.collection(c.namespace()).docs[string(key)]
	if !ok || !conds[1].matches(doc) {
		return stmts[0], "", nil
	}
	return stmts[0], string(key), nil
}

// commitAlone syncs a write that carries no transaction number; others are
// synced together with their reply.
func (s *Server) commitAlone(c *command) error {
	if c.txn != 0 {
		return nil
	}
	return s.data.commit("", session{})
}
