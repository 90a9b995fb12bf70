package archive

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"path"
	"strings"
	"time"
)

// epoch is the time of every member: an archive's bytes follow from its
// contents alone.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// container writes members one after another and notes their digests.
type container struct {
	zip     *zip.Writer
	members []Member
	seen    map[string]bool
}

func newContainer(w io.Writer) *container {
	return &container{zip: zip.NewWriter(w), seen: map[string]bool{}}
}

// add writes one member.
func (c *container) add(name string, kind Kind, write func(io.Writer) error) error {
	if !fit(name) || c.seen[name] {
		return ErrPaper.Param("path", name)
	}
	c.seen[name] = true
	w, err := c.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: epoch})
	if err != nil {
		return fmt.Errorf("archive, %s: %w", name, err)
	}
	m := &measured{w: w, hash: sha256.New()}
	if err := write(m); err != nil {
		return fmt.Errorf("archive, %s: %w", name, err)
	}
	c.members = append(c.members, Member{Path: name, Kind: kind, Size: m.size, SHA256: hex.EncodeToString(m.hash.Sum(nil))})
	return nil
}

func (c *container) bytes(name string, kind Kind, data []byte) error {
	return c.add(name, kind, func(w io.Writer) error { _, err := w.Write(data); return err })
}

// fit reports whether a path stays below the archive and means the same
// everywhere.
func fit(name string) bool {
	return name != "" && len(name) <= 200 && path.Clean(name) == name && !path.IsAbs(name) && name != ".." && !strings.HasPrefix(name, "../") &&
		!strings.ContainsAny(name, "\\:*?\"<>|") && !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' })
}

// measured counts and hashes what goes through it.
type measured struct {
	w    io.Writer
	hash hash.Hash
	size int64
}

func (m *measured) Write(p []byte) (int, error) {
	n, err := m.w.Write(p)
	m.size += int64(n)
	if _, failed := m.hash.Write(p[:n]); err == nil {
		err = failed
	}
	return n, err
}

// opened is an archive that is read.
type opened struct {
	files map[string]*zip.File
	order []string
	twice []string
}

// openContainer lists the members of a file. Error: ErrNotArchive.
func openContainer(r io.ReaderAt, size int64) (*opened, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, ErrNotArchive.Wrap(err)
	}
	o := &opened{files: map[string]*zip.File{}}
	for _, f := range z.File {
		if o.files[f.Name] != nil {
			o.twice = append(o.twice, f.Name)
		}
		o.files[f.Name] = f
		o.order = append(o.order, f.Name)
	}
	return o, nil
}

// maxMember bounds what is read of one member into memory.
const maxMember = 1 << 30

// read returns a member's bytes as they are stored. The zip's own checksum is
// not asked: the manifest's digest is.
func (o *opened) read(name string) ([]byte, error) {
	f := o.files[name]
	if f == nil {
		return nil, fmt.Errorf("%s is not there", name)
	}
	if f.Method != zip.Store || f.UncompressedSize64 > maxMember {
		return nil, fmt.Errorf("%s is not stored as this program stores it", name)
	}
	r, err := f.OpenRaw()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
