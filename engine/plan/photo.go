package plan

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the formats that a rule may ask for
	_ "image/png"
	"io"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/internal/store"
)

// Photo is a person's picture as it is stored: sealed, one a person in all
// plans.
type Photo struct {
	Person exam.CandidateID `json:"person"`
	Sealed string           `json:"sealed"` // the file's bytes, in the context of the person
	Format string           `json:"format"` // "jpeg", "png"
	Width  int              `json:"width"`
	Height int              `json:"height"`
	SHA256 string           `json:"sha256"`
	At     time.Time        `json:"at"`
	By     string           `json:"by"`
}

var photos = store.Table[Photo]{
	Collection: store.Collection{Name: "plan_photos"},
	ID:         func(p *Photo) string { return string(p.Person) },
}

func photoContext(person exam.CandidateID) string { return "photo/" + string(person) }

// Check says with ErrPhoto what is wrong with the picture. A rule without a
// width asks only for a picture.
func (r PhotoRule) Check(data []byte) (format string, width, height int, err error) {
	var fields []fault.Field
	add := func(code, message string, params map[string]string) {
		fields = append(fields, fault.Field{Path: "photo", Code: code, Message: message, Params: params})
	}
	cfg, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return "", 0, 0, ErrPhoto.With(fault.Field{Path: "photo", Code: "photo_unreadable", Message: "this is no JPEG or PNG picture that can be read"})
	}
	if r.Format != "" && format != r.Format {
		add("photo_format", "the picture has another format than asked for", map[string]string{"format": format, "want": r.Format})
	}
	if r.Width > 0 && (cfg.Width != r.Width || cfg.Height != r.Height) {
		add("photo_size", "the picture has another size than asked for", map[string]string{
			"size": fmt.Sprintf("%d×%d", cfg.Width, cfg.Height), "want": fmt.Sprintf("%d×%d", r.Width, r.Height)})
	}
	if r.MaxBytes > 0 && len(data) >= r.MaxBytes {
		add("photo_bytes", "the file is too large", map[string]string{"bytes": fmt.Sprint(len(data)), "max": fmt.Sprint(r.MaxBytes)})
	}
	if fields != nil {
		return format, cfg.Width, cfg.Height, ErrPhoto.With(fields...)
	}
	return format, cfg.Width, cfg.Height, nil
}

// SetPhoto checks and stores the picture of an entry's person, over an older
// one. Errors: ErrPhoto, ErrEntryNotFound, ErrNotFound.
func (s *Plans) SetPhoto(ctx context.Context, actor string, id ID, entry EntryID, data []byte) error {
	b, p, err := s.open(ctx, id)
	if err != nil {
		return err
	}
	l := b.Line(entry)
	if l == nil {
		return ErrEntryNotFound
	}
	_, err = s.KeepPhoto(ctx, actor, p.Photo, l.Person, data)
	return err
}

// KeepPhoto checks and stores the picture of a person, over an older one, for
// all plans and contests; changed is false when it is the one that is there.
// Error: ErrPhoto.
func (s *Plans) KeepPhoto(ctx context.Context, actor string, rule PhotoRule, person exam.CandidateID, data []byte) (changed bool, err error) {
	format, width, height, err := rule.Check(data)
	if err != nil {
		return false, err
	}
	sum := sha256.Sum256(data)
	ph := Photo{Person: person, Format: format, Width: width, Height: height, SHA256: hex.EncodeToString(sum[:]), At: s.now(), By: actor}
	if ph.Sealed, err = s.seal.Seal(data, photoContext(person)); err != nil {
		return false, fmt.Errorf("sealing a photo: %w", err)
	}
	err = photos.Insert(ctx, s.db, &ph)
	if !errors.Is(err, store.ErrExists) {
		return err == nil, err
	}
	_, err = photos.Update(ctx, s.db, string(person), func(old *Photo) error {
		if old.SHA256 == ph.SHA256 {
			return errSame
		}
		*old = ph
		return nil
	})
	if errors.Is(err, errSame) {
		return false, nil
	}
	return err == nil, err
}

// errSame ends an Update that finds what it would write.
var errSame = errors.New("the same")

// HasPhoto reports whether there is a picture of the person.
func (s *Plans) HasPhoto(ctx context.Context, person exam.CandidateID) (bool, error) {
	_, err := photos.Get(ctx, s.db, string(person))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Picture is a photo as it is shown.
type Picture struct {
	Type string // image/jpeg, image/png
	Data []byte
}

// PhotoOf returns the picture of a person. Errors: ErrNoPhoto.
func (s *Plans) PhotoOf(ctx context.Context, person exam.CandidateID) (Picture, error) {
	doc, err := photos.Get(ctx, s.db, string(person))
	if errors.Is(err, store.ErrNotFound) {
		return Picture{}, ErrNoPhoto
	}
	if err != nil {
		return Picture{}, err
	}
	data, err := s.seal.Open(doc.Value.Sealed, photoContext(person))
	if err != nil {
		return Picture{}, fmt.Errorf("photo: %w", err)
	}
	return Picture{Type: "image/" + doc.Value.Format, Data: data}, nil
}

// EntryPhoto returns the picture of an entry's person to a member of staff
// and records who saw it, before it is returned. Errors: ErrNoPhoto,
// ErrEntryNotFound.
func (s *Plans) EntryPhoto(ctx context.Context, actor string, id ID, entry EntryID) (Picture, error) {
	b, err := s.Book(ctx, id)
	if err != nil {
		return Picture{}, err
	}
	l := b.Line(entry)
	if l == nil {
		return Picture{}, ErrEntryNotFound
	}
	p, err := s.PhotoOf(ctx, l.Person)
	if err != nil {
		return Picture{}, err
	}
	return p, s.seen(ctx, actor, "photos/"+string(id), PhotoSeen{Plan: id, Entry: entry})
}

// AttemptPhoto returns the picture of an attempt's person to a member of staff
// and records who saw it, before it is returned. Errors: ErrNoPhoto,
// exam.ErrAttemptNotFound.
func (s *Plans) AttemptPhoto(ctx context.Context, actor string, sitting exam.SittingID, attempt exam.AttemptID) (Picture, error) {
	if err := s.exam.Sits(ctx, sitting, attempt); err != nil {
		return Picture{}, err
	}
	person, err := s.exam.Holder(ctx, attempt)
	if err != nil {
		return Picture{}, err
	}
	p, err := s.PhotoOf(ctx, person)
	if err != nil {
		return Picture{}, err
	}
	return p, s.seen(ctx, actor, "photos/sitting/"+string(sitting), PhotoSeen{Sitting: sitting, Attempt: attempt})
}

// CompetitorPhoto returns the picture of a division's competitor to a member
// of staff and records who saw it, before it is returned. Errors: ErrNoPhoto.
func (s *Plans) CompetitorPhoto(ctx context.Context, actor, division, competitor string, person exam.CandidateID) (Picture, error) {
	p, err := s.PhotoOf(ctx, person)
	if err != nil {
		return Picture{}, err
	}
	return p, s.seen(ctx, actor, "photos/division/"+division, PhotoSeen{Division: division, Competitor: competitor})
}

// seen records a look in a stream of its own: looking is no step of a plan.
func (s *Plans) seen(ctx context.Context, actor, stream string, what PhotoSeen) error {
	data, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("writing %s: %w", kindPhotoSeen, err)
	}
	_, err = s.led.Append(ctx, ledger.Entry{Stream: ledger.StreamID(stream), Expect: ledger.AnySeq, At: s.now(), Kind: kindPhotoSeen, Actor: actor, Data: data})
	return err
}

const kindPhotoSeen = "photo.seen"

// PhotoSeen says whose picture was looked at; the actor is the record's.
type PhotoSeen struct {
	Plan    ID             `json:"plan,omitempty"`
	Entry   EntryID        `json:"entry,omitempty"`
	Sitting exam.SittingID `json:"sitting,omitempty"` // with Attempt, at the check of identity
	Attempt exam.AttemptID `json:"attempt,omitempty"`
	// Division and Competitor are a contest's.
	Division   string `json:"division,omitempty"`
	Competitor string `json:"competitor,omitempty"`
}

// Limits of an archive of photos.
const (
	MaxArchive   = 256 << 20 // bytes of the archive
	maxPhotos    = 10000
	maxPhotoSize = 2 << 20 // bytes of one picture, before the rule is asked
)

// PhotoReport is what became of an archive of photos. File names are masked
// where they hold an ID number.
type PhotoReport struct {
	Stored    int            `json:"stored"`
	Unchanged int            `json:"unchanged"`
	Unmatched []string       `json:"unmatched"` // names of files that belong to no entry
	Refused   []RefusedPhoto `json:"refused"`
	Without   []string       `json:"without"` // names of persons who still have no photo
}

// RefusedPhoto is a file that breaks the rule.
type RefusedPhoto struct {
	File   string        `json:"file"`
	Errors []fault.Field `json:"errors"`
}

// ImportPhotos stores the pictures of a zip archive, matched by file name to
// the ID numbers of the plan's entries ("37…X.jpg", upper-case X). Each file
// is taken or refused on its own; repeating the import changes nothing.
// Errors: ErrArchive, ErrNotFound.
func (s *Plans) ImportPhotos(ctx context.Context, actor string, id ID, archive []byte) (PhotoReport, error) {
	report := PhotoReport{Unmatched: []string{}, Refused: []RefusedPhoto{}, Without: []string{}}
	b, p, err := s.open(ctx, id)
	if err != nil {
		return report, err
	}
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil || len(z.File) > maxPhotos || len(archive) > MaxArchive {
		return report, ErrArchive
	}
	for _, f := range z.File {
		base := path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
		if f.FileInfo().IsDir() || strings.HasPrefix(base, ".") || strings.HasPrefix(f.Name, "__MACOSX") {
			continue
		}
		if err := s.importPhoto(ctx, actor, b, p, f, base, &report); err != nil {
			return report, err
		}
	}
	return report, s.without(ctx, b, &report)
}

func (s *Plans) importPhoto(ctx context.Context, actor string, b *Book, p *Plan, f *zip.File, base string, report *PhotoReport) error {
	stem := strings.TrimSuffix(base, path.Ext(base))
	person, ok := s.personOf(b, stem)
	if !ok {
		report.Unmatched = append(report.Unmatched, maskName(base))
		return nil
	}
	refuse := func(fields ...fault.Field) {
		report.Refused = append(report.Refused, RefusedPhoto{File: maskName(base), Errors: fields})
	}
	if strings.HasSuffix(stem, "x") {
		refuse(fault.Field{Path: "photo", Code: "photo_name", Message: "write the final X of the ID number in upper case"})
		return nil
	}
	r, err := f.Open()
	if err != nil {
		refuse(fault.Field{Path: "photo", Code: "photo_unreadable", Message: "the file in the archive cannot be read"})
		return nil
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxPhotoSize+1))
	if err != nil || len(data) > maxPhotoSize {
		refuse(fault.Field{Path: "photo", Code: "photo_unreadable", Message: "the file in the archive cannot be read or is too large"})
		return nil
	}
	changed, err := s.KeepPhoto(ctx, actor, p.Photo, person, data)
	switch {
	case errors.Is(err, ErrPhoto):
		refuse(fault.As(err).Fields...)
	case err != nil:
		return err
	case changed:
		report.Stored++
	default:
		report.Unchanged++
	}
	return nil
}

// personOf finds the entry whose ID number the file is named after.
func (s *Plans) personOf(b *Book, stem string) (exam.CandidateID, bool) {
	number := exam.NormalID(stem)
	for _, t := range exam.IDTypes {
		person := exam.PersonOf(s.seal, t, number)
		if b.Line(entryID(b.ID, person)) != nil {
			return person, true
		}
	}
	return "", false
}

// without lists the names of those who have no photo.
func (s *Plans) without(ctx context.Context, b *Book, report *PhotoReport) error {
	docs, err := s.documents(ctx, b.ID)
	if err != nil {
		return err
	}
	for _, l := range b.Lines {
		has, err := s.HasPhoto(ctx, l.Person)
		if err != nil {
			return err
		}
		if e := docs[l.Doc]; !has && e != nil {
			report.Without = append(report.Without, e.Name+" "+e.IDMasked)
		}
	}
	return nil
}

// maskName hides what may be an ID number in a file's name.
func maskName(base string) string {
	ext := path.Ext(base)
	stem := strings.ToValidUTF8(strings.TrimSuffix(base, ext), "?")
	if number := exam.NormalID(stem); len(number) == 18 && strings.Trim(number[:17], "0123456789") == "" {
		return exam.MaskID(exam.IDResident, number) + ext
	}
	digits := 0
	for _, r := range stem {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	if n := utf8.RuneCountInString(stem); digits >= 6 && n > 4 {
		r := []rune(stem)
		return string(r[:2]) + strings.Repeat("*", n-4) + string(r[n-2:]) + ext
	}
	return stem + ext
}
