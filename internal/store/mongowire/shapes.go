package mongowire

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// What the adapter may ask: the filters, sorts and documents that
// internal/store/mongodb/DESIGN.md declares. A new query of the adapter needs
// a line here, and an index.

// ledgerBlocks is the collection of the ledger; every other one holds
// documents.
const ledgerBlocks = "ledger_blocks"

// query is one declared read. Values are left out: k.* is any index key.
type query struct {
	filter string
	sort   string // "" for none
	limit  int64  // the exact limit; 0 means any from 1 to 1001
	fields string // projection; "" for whole documents
}

func documentQueries() []query {
	return []query{
		{filter: "_id=string", limit: 1},
		{filter: "_id=string", limit: 1, fields: "v"},
		{filter: "_id$gte=string", sort: "_id"},
		{filter: "_id$gt=string", sort: "_id"},
		{filter: "_id$gte=string _id$lt=string", sort: "_id"},
		{filter: "_id$gt=string _id$lt=string", sort: "_id"},
		{filter: "k.*$gte=string", sort: "k.*"},
		{filter: "k.*$gt=string", sort: "k.*"},
		{filter: "k.*$gte=string k.*$lt=string", sort: "k.*"},
		{filter: "k.*$gt=string k.*$lt=string", sort: "k.*"},
	}
}

func ledgerQueries() []query {
	return []query{
		{filter: "s=string l$gt=long f$lte=long", sort: "l"},
		{filter: "s=string", sort: "-l", limit: 1, fields: "l h"},
		{filter: "s=string keys=string", limit: 1},
	}
}

// declared reports whether the find is one of the declared queries.
func declared(collection string, conds []cond, sort []sortField, limit int64, fields string) bool {
	queries := documentQueries()
	if collection == ledgerBlocks {
		queries = ledgerQueries()
	}
	q := query{filter: signature(conds), fields: fields}
	for _, f := range sort {
		q.sort += f.shape()
	}
	return slices.ContainsFunc(queries, func(d query) bool {
		return d.filter == q.filter && d.sort == q.sort && d.fields == q.fields &&
			(limit == d.limit || d.limit == 0 && limit >= 1 && limit <= 1001)
	})
}

// declaredDocument reports whether a document has the declared form. keys is
// the idempotency keys of a block, left out when there are none.
func declaredDocument(collection string, doc bson.Raw) bool {
	elems, err := doc.Elements()
	if err != nil {
		return false
	}
	parts := make([]string, 0, len(elems))
	for _, e := range elems {
		parts = append(parts, e.Key()+"="+typeName(e.Value()))
	}
	got := strings.Join(parts, " ")
	if collection == ledgerBlocks {
		got = strings.Replace(got, " keys=array", "", 1)
		return got == "_id=object s=string f=long l=long h=binary r=array"
	}
	return got == "_id=string v=long body=string" || got == "_id=string v=long k=object body=string"
}

// selector is the filter of every update and delete: compare-and-set on the
// version.
const selector = "_id=string v=long"

// isStreamsPipeline recognises the one declared aggregation, which lists the
// heads of streams; only the name to start after and the limit are free.
func isStreamsPipeline(stages []bson.Raw) (after string, limit int64, ok bool) {
	if len(stages) != 5 {
		return "", 0, false
	}
	after, ok1 := stages[0].Lookup("$match", "s", "$gt").StringValueOK()
	limit, ok2 := stages[2].Lookup("$limit").AsInt64OK()
	want := bson.A{
		bson.D{{Key: "$match", Value: bson.D{{Key: "f", Value: int64(1)}, {Key: "s", Value: bson.D{{Key: "$gt", Value: after}}}}}},
		bson.D{{Key: "$sort", Value: bson.D{{Key: "s", Value: int32(1)}}}},
		bson.D{{Key: "$limit", Value: limit}},
		bson.D{{Key: "$lookup", Value: bson.D{
			{Key: "from", Value: ledgerBlocks},
			{Key: "localField", Value: "s"},
			{Key: "foreignField", Value: "s"},
			{Key: "pipeline", Value: bson.A{
				bson.D{{Key: "$sort", Value: bson.D{{Key: "l", Value: int32(-1)}}}},
				bson.D{{Key: "$limit", Value: int64(1)}},
				bson.D{{Key: "$project", Value: bson.D{{Key: "l", Value: int32(1)}, {Key: "h", Value: int32(1)}}}},
			}},
			{Key: "as", Value: "head"},
		}}},
		bson.D{{Key: "$project", Value: bson.D{{Key: "s", Value: int32(1)}, {Key: "head", Value: int32(1)}}}},
	}
	for i, stage := range stages {
		if !slices.Equal(stage, mustMarshal(want[i])) {
			return "", 0, false
		}
	}
	return after, limit, ok1 && ok2
}
