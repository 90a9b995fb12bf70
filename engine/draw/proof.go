package draw

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// Commit is what is made known of a secret before the word is said: its
// SHA-256 in hex.
func Commit(secret []byte) string {
	sum := sha256.Sum256(secret)
	return hex.EncodeToString(sum[:])
}

// Participants is the digest of rule and participants, in hex: HMAC-SHA-256
// with the secret as key, so that nobody finds out by trying who they are. It
// is made known with the commitment.
func (d Draw) Participants() string {
	var b netstrings
	b.add("xinglu-draw-1 participants")
	r := d.Rule
	b.add(string(r.Codes.Style), r.Codes.Prefix, strconv.Itoa(r.Codes.Length), r.Codes.Alphabet, r.Codes.Skip)
	b.numbers(r.Batches, r.Groups, r.Stations, r.Spare, r.Rounds)
	b.add(strconv.FormatBool(r.UnitsApart))
	b.numbers(len(r.Taken))
	b.add(slices.Sorted(slices.Values(r.Taken))...)
	people := slices.Clone(d.People)
	slices.SortFunc(people, func(x, y Person) int { return cmp.Compare(x.Code, y.Code) })
	b.numbers(len(people))
	for _, p := range people {
		b.add(p.Code, p.Unit)
		b.numbers(len(p.Barred))
		for _, at := range p.Barred {
			b.numbers(at.Batch, at.Group, at.Station)
		}
	}
	return b.mac(d.Secret)
}

// Digest is the digest of lots in hex, made like that of participants. It is
// made known with the draw.
func Digest(secret []byte, lots []Lot) string {
	lots = slices.Clone(lots)
	slices.SortFunc(lots, func(a, b Lot) int { return cmp.Compare(a.Upper, b.Upper) })
	var b netstrings
	b.add("xinglu-draw-1 lots")
	b.numbers(len(lots))
	for _, l := range lots {
		b.add(l.Upper, l.Code)
		b.numbers(l.Batch, l.Group, l.Station)
	}
	return b.mac(secret)
}

// seed is SHA-256 over the secret, and word, name and the participants' digest
// as netstrings.
func (d Draw) seed(purpose string) [sha256.Size]byte {
	b := netstrings(slices.Clone(d.Secret))
	b.add(d.Word, d.Name+purpose, d.Participants())
	return sha256.Sum256(b)
}

// netstrings is a list of strings, each with its length in bytes before it, so
// that two lists never look the same: "4:A001,".
type netstrings []byte

func (b *netstrings) add(list ...string) {
	for _, s := range list {
		*b = fmt.Appendf(*b, "%d:%s,", len(s), s)
	}
}

func (b *netstrings) numbers(list ...int) {
	for _, n := range list {
		b.add(strconv.Itoa(n))
	}
}

func (b netstrings) mac(secret []byte) string {
	m := hmac.New(sha256.New, secret)
	m.Write(b)
	return hex.EncodeToString(m.Sum(nil))
}

// Proof is a draw with what was made known of it at each step. Whoever has it
// needs nothing else to check the draw.
type Proof struct {
	Algorithm string `json:"algorithm"` // Version
	Draw
	Commitment   string   `json:"commitment"`   // made known before the word
	Participants string   `json:"participants"` // made known with it
	Digest       string   `json:"digest"`       // of the lots, made known with the draw
	ByHand       bool     `json:"by_hand"`      // people drew; the machine only gave their order
	Order        []string `json:"order"`        // in which people drew by hand; empty: by code
	Lots         []Lot    `json:"lots"`
}

// Errors of Verify; each says which link of the proof is broken.
var (
	ErrAlgorithm    = errors.New("the draw was made by another algorithm than " + Version)
	ErrCommitment   = errors.New("the secret is not the one that was committed to")
	ErrParticipants = errors.New("participants or rule are not those that were announced")
	ErrDigest       = errors.New("the lots are not those that were recorded at the draw")
	ErrLots         = errors.New("drawing again gives other lots")
	ErrOrder        = errors.New("drawing again gives another order of drawing")
)

// Verify draws again and compares every link: nil when all fit. Of a draw by
// hand it proves the order of drawing, and that lots are as recorded.
func (p Proof) Verify() error {
	switch {
	case p.Algorithm != Version:
		return ErrAlgorithm
	case p.Commitment != Commit(p.Secret):
		return ErrCommitment
	case p.Participants != p.Draw.Participants():
		return ErrParticipants
	case p.Digest != Digest(p.Secret, p.Lots):
		return ErrDigest
	}
	if p.ByHand {
		order, err := p.Draw.Order()
		if err == nil && len(p.Order) > 0 && !slices.Equal(order, p.Order) {
			err = ErrOrder
		}
		return err
	}
	r, err := p.Run()
	if err != nil {
		return err
	}
	lots := slices.Clone(p.Lots)
	slices.SortFunc(lots, func(a, b Lot) int { return cmp.Compare(a.Upper, b.Upper) })
	if !slices.Equal(r.Lots, lots) {
		return ErrLots
	}
	return nil
}
