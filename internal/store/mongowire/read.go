package mongowire

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

type sortField struct {
	path string
	down bool
}

func (f sortField) shape() string {
	switch {
	case strings.HasPrefix(f.path, "k."):
		return "k.*"
	case f.down:
		return "-" + f.path
	}
	return f.path
}

// cursor is what getMore has not sent yet.
type cursor struct {
	ns, lsid string
	docs     []bson.Raw
}

func (s *Server) find(c *command) (bson.D, error) {
	filter, _ := c.body.Lookup("filter").DocumentOK()
	conds, err := parseFilter(filter)
	if err != nil {
		return nil, s.violateLocked("find: %v", err)
	}
	order := parseSort(c.body.Lookup("sort"))
	limit, _ := c.body.Lookup("limit").AsInt64OK()
	fields, err := parseProjection(c.body.Lookup("projection"))
	if err != nil || !declared(c.collection, conds, order, limit, strings.Join(fields, " ")) {
		return nil, s.violateLocked("find on %s: filter %s, sort %v, limit %d, fields %v is not declared",
			c.collection, signature(conds), order, limit, fields)
	}
	col := s.data.collection(c.namespace())
	x := col.plan(conds, order)
	if x == nil {
		return nil, s.violateLocked("find on %s: no index serves %s, sort %v", c.collection, signature(conds), order)
	}
	docs := col.scan(x, conds, len(order) > 0 && order[0].down, int(limit))
	for i, d := range docs {
		docs[i] = project(d, fields)
	}
	batch, given := c.body.Lookup("batchSize").AsInt64OK()
	if !given {
		batch = 101
	}
	single, _ := c.body.Lookup("singleBatch").BooleanOK()
	return s.firstBatch(c, docs, int(batch), single), nil
}

func parseSort(v bson.RawValue) []sortField {
	doc, _ := v.DocumentOK()
	elems, _ := doc.Elements()
	var out []sortField
	for _, e := range elems {
		n, _ := e.Value().AsInt64OK()
		out = append(out, sortField{e.Key(), n < 0})
	}
	return out
}

// parseProjection reads {field: 1, …}; nil means whole documents.
func parseProjection(v bson.RawValue) ([]string, error) {
	doc, ok := v.DocumentOK()
	if !ok {
		return nil, nil
	}
	elems, err := doc.Elements()
	var fields []string
	for _, e := range elems {
		if n, ok := e.Value().AsInt64OK(); !ok || n != 1 {
			return nil, fmt.Errorf("projection of %s", e.Key())
		}
		fields = append(fields, e.Key())
	}
	return fields, err
}

func project(doc bson.Raw, fields []string) bson.Raw {
	if fields == nil {
		return doc
	}
	elems, _ := doc.Elements()
	out := bson.D{}
	for _, e := range elems {
		if e.Key() == "_id" || slices.Contains(fields, e.Key()) {
			out = append(out, bson.E{Key: e.Key(), Value: e.Value()})
		}
	}
	return mustMarshal(out)
}

// plan finds an index that serves the conditions and the order wholly: its
// leading fields have equality conditions, then come the sort fields, every
// condition is on one of its fields, and a partial index is implied by the
// conditions.
func (c *collection) plan(conds []cond, order []sortField) *index {
	for _, x := range c.indexes {
		if x.serves(conds, order) {
			return x
		}
	}
	return nil
}

func (x *index) serves(conds []cond, order []sortField) bool {
	equal := map[string]bool{}
	for _, c := range conds {
		if !slices.Contains(x.paths, c.path) {
			return false
		}
		if c.op == "=" {
			equal[c.path] = true
		}
	}
	if x.partial != nil && !slices.ContainsFunc(conds, x.implied) {
		return false
	}
	rest := x.paths
	for len(rest) > 0 && equal[rest[0]] {
		rest = rest[1:]
	}
	if len(x.paths)-len(rest) != len(equal) || len(order) > len(rest) {
		return false
	}
	for i, f := range order {
		if f.path != rest[i] || f.down != order[0].down {
			return false
		}
	}
	// A range must be on the first field after the equal ones, or be a filter
	// on a later field of the same keys.
	ranged := slices.ContainsFunc(conds, func(c cond) bool { return c.op != "=" })
	return !ranged || slices.ContainsFunc(conds, func(c cond) bool { return c.op != "=" && c.path == rest[0] })
}

// implied reports whether meeting c means being in the partial index.
func (x *index) implied(c cond) bool {
	if c.path != x.partial.path {
		return false
	}
	return x.partial.op == "exists" || c.op == "=" && c.value.Equal(x.partial.value)
}

// scan walks the part of the index that the conditions bound.
func (c *collection) scan(x *index, conds []cond, down bool, limit int) []bson.Raw {
	lo, hi := x.bounds(conds)
	from := sort.Search(len(x.entries), func(i int) bool { return x.entries[i].key >= lo })
	to := sort.Search(len(x.entries), func(i int) bool { return x.entries[i].key >= hi })
	out := []bson.Raw{}
	for n := range to - from {
		i := from + n
		if down {
			i = to - 1 - n
		}
		doc := c.docs[x.entries[i].id]
		if !slices.ContainsFunc(conds, func(c cond) bool { return !c.matches(doc) }) {
			out = append(out, doc)
		}
		if len(out) == limit {
			break
		}
	}
	return out
}

// bounds are the keys between which all matches lie, lo inclusive, hi
// exclusive; scan still checks the conditions one by one.
func (x *index) bounds(conds []cond) (lo, hi string) {
	var prefix []byte
	for _, path := range x.paths {
		i := slices.IndexFunc(conds, func(c cond) bool { return c.path == path && c.op == "=" })
		if i < 0 {
			low, high := prefix, append(slices.Clone(prefix), tagAbove)
			for _, c := range conds {
				k, err := appendKey(slices.Clone(prefix), c.value)
				switch {
				case c.path != path || err != nil:
				case strings.HasPrefix(c.op, "$gt"):
					low = k
				default:
					high = append(k, tagAbove)
				}
			}
			return string(low), string(high)
		}
		prefix, _ = appendKey(prefix, conds[i].value)
	}
	return string(prefix), string(append(slices.Clone(prefix), tagAbove))
}

// aggregate serves the one declared pipeline: the heads of streams.
func (s *Server) aggregate(c *command) (bson.D, error) {
	stages, err := c.documents("pipeline")
	if err != nil {
		return nil, s.violateLocked("%v", err)
	}
	after, limit, ok := isStreamsPipeline(stages)
	if !ok || c.collection != ledgerBlocks {
		return nil, s.violateLocked("aggregate on %s: pipeline %v is not declared", c.collection, stages)
	}
	col := s.data.collection(c.namespace())
	str := func(v any) bson.RawValue { return mustMarshal(bson.D{{Key: "v", Value: v}}).Lookup("v") }
	first := []cond{{"f", "=", str(int64(1))}, {"s", "$gt", str(after)}}
	x := col.plan(first, []sortField{{path: "s"}})
	heads := col.plan([]cond{{"s", "=", str("")}}, []sortField{{"l", true}})
	if x == nil || heads == nil {
		return nil, s.violateLocked("aggregate on %s: no index serves it", c.collection)
	}
	docs := col.scan(x, first, false, int(limit))
	for i, d := range docs {
		head := col.scan(heads, []cond{{"s", "=", d.Lookup("s")}}, true, 1)
		docs[i] = mustMarshal(bson.D{
			{Key: "_id", Value: d.Lookup("_id")},
			{Key: "s", Value: d.Lookup("s")},
			{Key: "head", Value: bson.A{project(head[0], []string{"l", "h"})}},
		})
	}
	batch, given := c.body.Lookup("cursor", "batchSize").AsInt64OK()
	if !given {
		batch = 101
	}
	return s.firstBatch(c, docs, int(batch), false), nil
}

// firstBatch answers with what fits and keeps the rest for getMore.
func (s *Server) firstBatch(c *command, docs []bson.Raw, size int, single bool) bson.D {
	now, rest := cutBatch(docs, size)
	var id int64
	if len(rest) > 0 && !single {
		s.nextCursor++
		id = s.nextCursor
		s.cursors[id] = &cursor{ns: c.namespace(), lsid: c.lsid, docs: rest}
	}
	return bson.D{{Key: "cursor", Value: bson.D{
		{Key: "firstBatch", Value: now}, {Key: "id", Value: id}, {Key: "ns", Value: c.namespace()},
	}}}
}

// cutBatch cuts after size documents or 16 MiB, but sends at least one.
func cutBatch(docs []bson.Raw, size int) (now bson.A, rest []bson.Raw) {
	now = bson.A{}
	bytes := 0
	for i, d := range docs {
		bytes += len(d)
		if len(now) == size || i > 0 && bytes > maxDocument {
			return now, docs[i:]
		}
		now = append(now, d)
	}
	return now, nil
}

func (s *Server) getMore(c *command) (bson.D, error) {
	id, _ := c.body.Lookup("getMore").AsInt64OK()
	cur := s.cursors[id]
	if cur == nil {
		return nil, &commandError{code: 43, name: "CursorNotFound", message: "cursor not found"}
	}
	if cur.ns != c.namespace() || cur.lsid != c.lsid {
		return nil, s.violateLocked("getMore of another collection's or session's cursor")
	}
	size, given := c.body.Lookup("batchSize").AsInt64OK()
	if !given {
		size = int64(len(cur.docs))
	}
	now, rest := cutBatch(cur.docs, int(size))
	cur.docs = rest
	if len(rest) == 0 {
		delete(s.cursors, id)
		id = 0
	}
	return bson.D{{Key: "cursor", Value: bson.D{
		{Key: "nextBatch", Value: now}, {Key: "id", Value: id}, {Key: "ns", Value: cur.ns},
	}}}, nil
}

func (s *Server) killCursors(c *command) (bson.D, error) {
	arr, _ := c.body.Lookup("cursors").ArrayOK()
	ids, err := arr.Values()
	if err != nil {
		return nil, s.violateLocked("killCursors: %v", err)
	}
	killed := bson.A{}
	for _, v := range ids {
		if id, ok := v.AsInt64OK(); ok {
			delete(s.cursors, id)
			killed = append(killed, id)
		}
	}
	return bson.D{{Key: "cursorsKilled", Value: killed}}, nil
}
