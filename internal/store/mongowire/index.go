package mongowire

import (
	"bytes"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// parseIndex reads one element of createIndexes' indexes.
func parseIndex(spec bson.Raw) (*index, error) {
	if f, ok := onlyFields(spec, "key", "name", "unique", "partialFilterExpression"); !ok {
		return nil, fmt.Errorf("index option %s", f)
	}
	x := &index{spec: spec}
	x.name, _ = spec.Lookup("name").StringValueOK()
	x.unique, _ = spec.Lookup("unique").BooleanOK()
	key, _ := spec.Lookup("key").DocumentOK()
	elems, err := key.Elements()
	if err != nil || len(elems) == 0 || x.name == "" {
		return nil, fmt.Errorf("index without key or name: %v", spec)
	}
	for _, e := range elems {
		if n, ok := e.Value().AsInt64OK(); !ok || n != 1 {
			return nil, fmt.Errorf("index %s: only ascending fields are declared", x.name)
		}
		x.paths = append(x.paths, e.Key())
	}
	if partial, ok := spec.Lookup("partialFilterExpression").DocumentOK(); ok {
		if x.partial, err = parsePartial(partial); err != nil {
			return nil, fmt.Errorf("index %s: %w", x.name, err)
		}
	}
	return x, nil
}

// parsePartial reads {path: {$exists: true}} or {path: value}.
func parsePartial(doc bson.Raw) (*cond, error) {
	elems, err := doc.Elements()
	if err != nil || len(elems) != 1 {
		return nil, fmt.Errorf("partial filter %v", doc)
	}
	c := &cond{path: elems[0].Key(), op: "=", value: elems[0].Value()}
	if ops, ok := c.value.DocumentOK(); ok {
		exists, isBool := ops.Lookup("$exists").BooleanOK()
		if _, known := onlyFields(ops, "$exists"); !known || !isBool || !exists {
			return nil, fmt.Errorf("partial filter %v", doc)
		}
		c.op = "exists"
	}
	return c, nil
}

func (s *Server) createIndexes(c *command) (bson.D, error) {
	specs, err := c.documents("indexes")
	if err != nil {
		return nil, s.violateLocked("%v", err)
	}
	before := len(s.data.collection(c.namespace()).indexes)
	for _, spec := range specs {
		if err := s.createIndex(c, spec); err != nil {
			return nil, err
		}
	}
	return bson.D{
		{Key: "numIndexesBefore", Value: int32(before)},
		{Key: "numIndexesAfter", Value: int32(len(s.data.collection(c.namespace()).indexes))},
	}, s.data.commit("", session{})
}

func (s *Server) createIndex(c *command, spec bson.Raw) error {
	x, err := parseIndex(spec)
	if err != nil {
		return s.violateLocked("createIndexes: %v", err)
	}
	for _, have := range s.data.collection(c.namespace()).indexes {
		if have.name != x.name {
			continue
		}
		if !bytes.Equal(have.spec, spec) {
			return &commandError{code: 86, name: "IndexKeySpecsConflict", message: "an index " + x.name + " exists with another specification"}
		}
		return nil
	}
	err = s.data.addIndex(c.namespace(), spec)
	if d, ok := err.(*duplicate); ok {
		return &commandError{code: 11000, name: "DuplicateKey", message: d.Error()}
	}
	return err
}

func (s *Server) dropDatabase(c *command) (bson.D, error) {
	s.data.drop(c.db)
	return bson.D{{Key: "dropped", Value: c.db}}, s.data.commit("", session{})
}
