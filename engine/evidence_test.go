package engine_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/engine/access"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
)

// picture is a small PNG.
func picture() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 4))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// A picture is bound to a sheet and an aspect; who looks is recorded, and the
// panel sees one another's only when all have submitted.
func TestEvidence(t *testing.T) {
	t.Parallel()
	c := newWorld(t).court()
	ctx, sheet := t.Context(), c.ids("j1")[0]
	for _, x := range []struct {
		name string
		who  access.AccountID
		p    engine.Picture
		want *fault.Error
	}{
		{"a text", "j1", engine.Picture{Sheet: sheet, Data: []byte("not a picture")}, engine.ErrEvidence},
		{"too large", "j1", engine.Picture{Sheet: sheet, Data: append(picture(), make([]byte, engine.MaxEvidence)...)}, engine.ErrEvidence},
		{"no such sheet", "j1", engine.Picture{Sheet: "Z99.P", Data: picture()}, engine.ErrNoSheet},
		{"no such aspect", "j1", engine.Picture{Sheet: sheet, Aspect: "Z", Data: picture()}, engine.ErrEvidence},
		{"another panel's judge", "j3", engine.Picture{Sheet: sheet, Data: picture()}, engine.ErrWrongPanel},
		{"a judge at the desk", "j1", engine.Picture{Sheet: sheet, Data: picture(), Desk: true}, engine.ErrOffice},
	} {
		_, err := c.AddEvidence(ctx, x.who, c.id, c.next(), x.p)
		c.want(x.name, err, x.want)
	}
	e, err := c.AddEvidence(ctx, "j1", c.id, "photo", engine.Picture{Sheet: sheet, Aspect: "R", Data: picture(), Device: "平板 7"})
	c.must(err)
	again, err := c.AddEvidence(ctx, "j1", c.id, "photo", engine.Picture{Sheet: sheet, Aspect: "R", Data: picture(), Device: "平板 7"})
	c.must(err)
	if again.ID != e.ID || e.Type != "image/png" || e.Aspect != "R" {
		t.Errorf("stored %+v, again %+v", e, again)
	}
	if v := c.view("j2", sheet); len(v.Evidence) != 0 {
		t.Errorf("the other judge sees %+v before handing in", v.Evidence)
	}
	_, _, err = c.EvidenceFile(ctx, "j2", c.id, sheet, e.ID, false)
	c.want("looking too early", err, engine.ErrNoEvidence)
	// The marks may refer to it, and to nothing else.
	s := c.view("j1", sheet).SheetBrief
	_, err = c.submit(t, c.id, "j1", s, entries(2, 300), func(x *engine.Submission) { x.Key, x.Evidence = c.next(), []engine.EvidenceID{"e0"} })
	c.want("an unknown picture", err, engine.ErrEvidence)
	_, err = c.submit(t, c.id, "j1", s, entries(2, 300), func(x *engine.Submission) { x.Key, x.Evidence = c.next(), []engine.EvidenceID{e.ID} })
	c.must(err)
	c.mark("j2", sheet, 2, 300)
	_, data, err := c.EvidenceFile(ctx, "j2", c.id, sheet, e.ID, false)
	c.must(err)
	if !bytes.Equal(data, picture()) {
		t.Error("the picture is another one")
	}
	if _, _, err := c.EvidenceFile(ctx, chief, c.id, sheet, e.ID, true); err != nil {
		t.Error(err)
	}
	_, _, err = c.EvidenceFile(ctx, chief, c.id, c.ids("j1")[1], e.ID, true)
	c.want("of another sheet", err, engine.ErrNoEvidence)
	looks, err := c.w.db.Ledger().Read(ctx, ledger.StreamID("evidence/"+string(c.id)), 0, 10)
	c.must(err)
	if len(looks) != 2 || looks[0].Actor != "j2" || looks[1].Actor != string(chief) {
		t.Errorf("who looked: %+v", looks)
	}
	if row := c.row(sheet); row.Evidence != 1 || len(row.Pictures) != 1 {
		t.Errorf("the desk: %+v", row.Pictures)
	}
	c.same()
}
