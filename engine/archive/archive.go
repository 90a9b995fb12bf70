// Package archive puts everything about a division into one file that can be
// checked without the server, its store or its keys: every ledger record, the
// pictures, the published results, the papers, and a manifest that names each
// member's digest and that a node has signed.
//
// The file is a zip archive whose members are stored as they are, in a fixed
// order and with fixed times, so that equal contents give equal bytes; streams
// of records are gzipped JSON lines. Before decryption the streams lie sealed in
// it by the store's data key, so that an archive tells nobody more than a
// screen; pictures, and what ties codes to people, are opened only when the
// results are final. See [Maker] for what writes it and [Verify] for what is
// proven.
package archive

import (
	"time"

	"github.com/xinglu/xinglu/engine"
	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
	"github.com/xinglu/xinglu/scoring"
)

// Format names the shape of an archive. A change that older programs cannot
// read is another format.
const Format = "xinglu-archive-1"

// Errors of this package; compare with errors.Is.
var (
	// ErrNotArchive: the file is no archive of this program, or of a later format.
	ErrNotArchive = fault.New(fault.Invalid, "not_an_archive", "the file is no contest archive that this program can read")
	// ErrNotOpen: the division has not been opened, so that there is nothing to keep.
	ErrNotOpen = fault.New(fault.Conflict, "nothing_to_archive", "the division has not been opened yet")
	// ErrPaper: a paper's path is not valid or there twice.
	ErrPaper = fault.New(fault.Invalid, "archive_paper", "a paper's name is not valid or is there twice")
)

// Manifest says what an archive holds. Its bytes are what is signed.
type Manifest struct {
	Format    string            `json:"format"`
	Division  engine.DivisionID `json:"division"`
	Contest   engine.ContestID  `json:"contest"`
	Names     Names             `json:"names"`
	Phase     engine.Phase      `json:"phase"`
	Opened    bool              `json:"opened"` // what was sealed is there opened too
	Made      time.Time         `json:"made"`
	By        string            `json:"by"`      // account
	Node      string            `json:"node"`    // that signed
	Program   string            `json:"program"` // version of the program
	Key       []byte            `json:"key"`     // public key of the node, Ed25519
	Streams   []Stream          `json:"streams"`
	Published []Version         `json:"published"` // versions of the results, the oldest first
	Members   []Member          `json:"members"`   // in the order of the file; manifest and signature are not among them
}

// Names say for people which division it is.
type Names struct {
	Contest  scoring.Text `json:"contest"`
	Event    scoring.Text `json:"event"`
	Division scoring.Text `json:"division"`
}

// Stream is one stream of records, whole up to its recorded end.
type Stream struct {
	Stream  ledger.StreamID `json:"stream"`
	Records int64           `json:"records"` // the last one's Seq
	Head    string          `json:"head"`    // hash of the last record, hex
	Member  string          `json:"member"`
	// Sealed says that the member is encrypted by the store's data key.
	Sealed bool `json:"sealed,omitempty"`
}

// Version is one version of the results.
type Version struct {
	Version int    `json:"version"`
	Digest  string `json:"digest"` // SHA-256, hex, of the lines as JSON
	Member  string `json:"member"`
}

// Member is one file of an archive.
type Member struct {
	Path   string `json:"path"`
	Kind   Kind   `json:"kind"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // hex
}

// Kind says what a member is.
type Kind string

// The kinds of member.
const (
	KindReadme  Kind = "readme"
	KindStream  Kind = "stream"  // records, gzipped JSON lines
	KindDraws   Kind = "draws"   // opened values of draws, JSON lines
	KindResults Kind = "results" // one version, JSON
	KindSealed  Kind = "sealed"  // a picture as it lay in the store
	KindPicture Kind = "picture" // opened
	KindPaper   Kind = "paper"   // a document
)

// Signature is the node's word for a manifest.
type Signature struct {
	Algorithm string `json:"algorithm"` // "Ed25519"
	Key       []byte `json:"key"`       // public
	Signature []byte `json:"signature"` // over the purpose and the manifest's bytes
}

const (
	manifestPath  = "manifest.json"
	signaturePath = "manifest.sig.json"
	algorithm     = "Ed25519"
	// purpose stands before the signed bytes, so that no other signature of the
	// node can be taken for this one.
	purpose = "xinglu archive manifest 1\n"
)

func signed(manifest []byte) []byte { return append([]byte(purpose), manifest...) }

// Paper is a document to be kept with the archive.
type Paper struct {
	Path string // below "papers/": "result-book.pdf"
	Data []byte
}

// readme tells whoever opens the file what it is.
const readme = `兴鲁 竞赛封存档案

本文件保存一个组别的全部记录、成绩、图片和文书。manifest.json 列出每个文件的 SHA-256，
manifest.sig.json 是服务器节点对清单的 Ed25519 签名。不需要服务器、数据库或密钥即可核验：

    xinglu verify --archive 本文件

ledger/ 中每行一条记录，记录以散列值首尾相连；opened/ 中是解密后公开的抽签内容；results/ 是各版成绩。

This archive holds everything about one division: records, results, pictures,
papers. It can be checked without the server, its store or its keys:

    xinglu verify --archive FILE
`
