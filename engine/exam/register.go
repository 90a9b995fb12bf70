package exam

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/store"
)

// Registration is one line of a list of candidates.
type Registration struct {
	Name     string `json:"name"`
	Unit     string `json:"unit"`
	IDType   IDType `json:"id_type"`
	IDNumber string `json:"id_number"`
	// Factor of accommodation in thousandths; 0 means 1000, none.
	Factor Factor `json:"factor"`
	Centre string `json:"centre"` // code of the wished centre, "" for any
	Needs  Needs  `json:"needs,omitzero"`
}

// Needs are what is arranged for a candidate beside more time. The screen
// turns on what it can; seats are given by Prepare; rest breaks are pauses
// that the invigilator makes.
type Needs struct {
	AccessibleSeat bool `json:"accessible_seat,omitempty"`
	LargeType      bool `json:"large_type,omitempty"`
	HighContrast   bool `json:"high_contrast,omitempty"`
	ReadAloud      bool `json:"read_aloud,omitempty"`
	RestBreaks     bool `json:"rest_breaks,omitempty"`
}

// CreateSitting stores a planned sitting. Times are cut to milliseconds, the
// id may be chosen by the caller. Errors: ErrSittingInvalid, store.ErrExists,
// and the paper source's when a paper does not exist.
func (s *Service) CreateSitting(ctx context.Context, sitting Sitting) error {
	sitting.StartsAt = instantOf(sitting.StartsAt)
	sitting.ClosesAt = instantOf(sitting.ClosesAt)
	sitting.CreatedAt = s.now()
	if err := sitting.Validate(); err != nil {
		return err
	}
	for i, id := range sitting.Papers {
		f, err := s.formOf(ctx, sitting.ID, id)
		if err != nil {
			return fmt.Errorf("papers[%d]: %w", i, err)
		}
		if len(f.items) == 0 {
			return ErrSittingInvalid.With(fault.Field{Path: fmt.Sprintf("papers[%d]", i), Code: "paper_empty", Message: "the paper has no questions"})
		}
		if err := sitting.Rules.Grading.Validate(f.sections()); err != nil {
			return gradingRefused(err)
		}
	}
	return sittings.Insert(ctx, s.db, &sitting)
}

// gradingRefused names the places below the rules.
func gradingRefused(err error) error {
	f := fault.As(err)
	if f == nil {
		return err
	}
	fields := slices.Clone(f.Fields)
	for i := range fields {
		fields[i].Path = "rules.grading." + fields[i].Path
	}
	return ErrSittingInvalid.With(fields...)
}

// Register adds candidates to a planned sitting: all of the list or, with
// ErrRegistration naming every wrong place ("registrations[3].id_number"),
// none. The key makes it idempotent: a repeated call returns the first
// result. It returns the candidates' ids in the order of the list. Other
// errors: ErrSittingNotFound, ErrRollFrozen, ErrKey.
//
// A person who is known by the ID number is registered under the known name;
// another name for the number is a mistake (name_differs).
func (s *Service) Register(ctx context.Context, id SittingID, key string, list []Registration) ([]CandidateID, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	c, err := s.courseOf(ctx, id)
	if err != nil {
		return nil, err
	}
	people, fields, err := s.readList(c.sitting, list)
	if err != nil {
		return nil, err
	}
	known, err := s.knownPeople(ctx, people)
	if err != nil {
		return nil, err
	}
	for i := range people {
		if k := known[i]; k != nil && k.Name != people[i].Name {
			fields = append(fields, wrong(i, "name", "name_differs", "this ID number is known under another name"))
		}
	}
	batch := RollBatch{Key: key, Entries: make([]RollEntry, 0, len(list))}
	for i, p := range people {
		factor := list[i].Factor
		if factor == 0 {
			factor = Whole
		}
		batch.Entries = append(batch.Entries, RollEntry{Candidate: p.ID, Factor: factor, Centre: list[i].Centre, Needs: list[i].Needs})
	}
	// People first: a person without a registration harms nobody, an entry
	// without a person would.
	if fields == nil {
		if err := s.storePeople(ctx, people, known); err != nil {
			return nil, err
		}
	}
	return s.enrol(ctx, id, batch, fields)
}

// enrol adds the batch to the roll, or reports the first result of its key,
// or all mistakes.
func (s *Service) enrol(ctx context.Context, id SittingID, batch RollBatch, fields []fault.Field) ([]CandidateID, error) {
	err := rolls.Insert(ctx, s.db, &Roll{Sitting: id, Batches: []RollBatch{}})
	if err != nil && !errors.Is(err, store.ErrExists) {
		return nil, err
	}
	var result []CandidateID
	_, err = rolls.Update(ctx, s.db, string(id), func(r *Roll) error {
		for _, b := range r.Batches {
			if b.Key == batch.Key {
				result = ids(b.Entries)
				return errDone
			}
		}
		if r.Frozen {
			return ErrRollFrozen
		}
		if all := r.duplicates(batch, fields); all != nil {
			return ErrRegistration.With(all...)
		}
		r.Batches = append(r.Batches, batch)
		result = ids(batch.Entries)
		return nil
	})
	if errors.Is(err, errDone) {
		err = nil
	}
	return result, err
}

// errDone ends an Update that finds its work done.
var errDone = errors.New("done before")

// duplicates adds to fields what is wrong with the batch beside those on the
// roll.
func (r *Roll) duplicates(batch RollBatch, fields []fault.Field) []fault.Field {
	on := map[CandidateID]bool{}
	for _, e := range r.entries() {
		on[e.Candidate] = true
	}
	if len(on)+len(batch.Entries) > MaxCandidates {
		fields = append(fields, fault.Field{Path: "registrations", Code: "too_many",
			Message: fmt.Sprintf("a sitting takes at most %d candidates", MaxCandidates)})
	}
	for i, e := range batch.Entries {
		if e.Candidate != "" && on[e.Candidate] {
			fields = append(fields, wrong(i, "id_number", "already_registered", "this person is registered for the sitting"))
		}
	}
	return fields
}

func ids(entries []RollEntry) []CandidateID {
	list := make([]CandidateID, 0, len(entries))
	for _, e := range entries {
		list = append(list, e.Candidate)
	}
	return list
}

func wrong(i int, field, code, message string) fault.Field {
	return fault.Field{Path: fmt.Sprintf("registrations[%d].%s", i, field), Code: code, Message: message}
}

// readList checks the list by itself and makes the candidates of its lines.
// Lines with a bad ID number get a candidate without id.
func (s *Service) readList(sitting *Sitting, list []Registration) ([]Candidate, []fault.Field, error) {
	var fields []fault.Field
	if len(list) == 0 {
		fields = append(fields, fault.Field{Path: "registrations", Code: "list_empty", Message: "the list is empty"})
	}
	people := make([]Candidate, len(list))
	first := map[CandidateID]int{}
	for i, r := range list {
		if len(list) > MaxCandidates {
			break // refused as a whole by duplicates
		}
		number := NormalID(r.IDNumber)
		name := strings.TrimSpace(r.Name)
		if name == "" || len(name) > 200 || len(r.Unit) > 400 {
			fields = append(fields, wrong(i, "name", "name_length", "give a name; name and unit have limits of 200 and 400 bytes"))
		}
		if r.Factor != 0 && (r.Factor < Whole || r.Factor > 5*Whole) {
			fields = append(fields, wrong(i, "factor", "factor_range", "give 1000 to 5000 thousandths"))
		}
		if r.Centre != "" && sitting.centre(r.Centre) == nil {
			fields = append(fields, wrong(i, "centre", "centre_unknown", "the sitting has no such centre"))
		}
		if code := CheckID(r.IDType, number); code != "" {
			fields = append(fields, wrong(i, "id_number", code, "the ID number is not valid"))
			people[i] = Candidate{Name: name}
			continue
		}
		id := candidateID(s.seal.Blind(string(r.IDType)+":"+number, "id_number"))
		if j, twice := first[id]; twice {
			fields = append(fields, wrong(i, "id_number", "id_repeated", fmt.Sprintf("the same person is in line %d of the list", j+1)))
		} else {
			first[id] = i
		}
		sealed, err := s.seal.Seal([]byte(number), sealContext(string(id)))
		if err != nil {
			return nil, nil, fmt.Errorf("sealing an ID number: %w", err)
		}
		people[i] = Candidate{ID: id, Name: name, Unit: strings.TrimSpace(r.Unit), IDType: r.IDType,
			IDSealed: sealed, IDMasked: MaskID(r.IDType, number)}
	}
	return people, fields, nil
}

// together is how many documents are read or written at a time.
const together = 16

// knownPeople returns, line by line, the stored person or nil.
func (s *Service) knownPeople(ctx context.Context, people []Candidate) ([]*Candidate, error) {
	known := make([]*Candidate, len(people))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range people {
		if people[i].ID == "" {
			continue
		}
		g.Go(func() error {
			doc, err := candidates.Get(ctx, s.db, string(people[i].ID))
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			known[i] = &doc.Value
			return err
		})
	}
	return known, g.Wait()
}

// storePeople stores those who are not known. Who was stored meanwhile by
// another list stays as stored: it is the same person by the same number.
func (s *Service) storePeople(ctx context.Context, people []Candidate, known []*Candidate) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for i := range people {
		if known[i] != nil {
			continue
		}
		g.Go(func() error {
			err := candidates.Insert(ctx, s.db, &people[i])
			if errors.Is(err, store.ErrExists) {
				return nil
			}
			return err
		})
	}
	return g.Wait()
}
