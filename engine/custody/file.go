package custody

import (
	"archive/zip"
	"bytes"
	"io"

	"github.com/xinglu/xinglu/internal/seal"
)

// Names in a package file, a zip archive without compression.
const (
	fileManifest   = "manifest.json"
	fileCiphertext = "papers.bin"
	fileSignature  = "signature"
)

// maxManifest bounds a manifest in bytes; it must fit a document.
const maxManifest = 4 << 20

// writeFile returns the package as one file.
func (p *parcel) writeFile() ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range []struct {
		name string
		body []byte
	}{{fileManifest, p.raw}, {fileCiphertext, p.ciphertext}, {fileSignature, p.signature}} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.body); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}

// readFile reads what writeFile wrote, and nothing else: exactly the three
// files, each within its bound. It does not verify. Error: ErrDamaged.
func readFile(file []byte) (parcel, error) {
	var p parcel
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return p, damaged(partFile, err)
	}
	want := map[string]struct {
		into  *[]byte
		bound int64
	}{
		fileManifest:   {&p.raw, maxManifest},
		fileCiphertext: {&p.ciphertext, seal.MaxPackage + 100},
		fileSignature:  {&p.signature, 64},
	}
	for _, f := range z.File {
		w, ok := want[f.Name]
		if !ok || f.Method != zip.Store || *w.into != nil {
			return p, damaged(partFile, nil)
		}
		r, err := f.Open()
		if err != nil {
			return p, damaged(partFile, err)
		}
		body, err := io.ReadAll(io.LimitReader(r, w.bound+1))
		r.Close()
		if err != nil || int64(len(body)) > w.bound {
			return p, damaged(partFile, err)
		}
		*w.into = body
	}
	if p.raw == nil || p.ciphertext == nil || p.signature == nil {
		return p, damaged(partFile, nil)
	}
	return p, p.readManifest()
}
