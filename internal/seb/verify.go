package seb

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
)

// The headers in which the browser sends its proof with every request, and
// the ones in which our page sends what the JavaScript interface gave it,
// together with the address that this was made for.
const (
	HeaderConfigKey = "X-SafeExamBrowser-ConfigKeyHash"
	HeaderExamKey   = "X-SafeExamBrowser-RequestHash"

	HeaderPageURL       = "X-Xinglu-Seb-Url"
	HeaderPageConfigKey = "X-Xinglu-Seb-Config-Key"
	HeaderPageExamKey   = "X-Xinglu-Seb-Exam-Key"
)

// Why a proof is not taken; compare with errors.Is.
var (
	// ErrMissing: nothing was presented: another browser, or one without the
	// settings of this sitting.
	ErrMissing = fault.New(fault.Forbidden, "seb_missing", "the exam has to be opened in Safe Exam Browser with the settings of this sitting")
	// ErrURL: the proof was made for an address that is not the exam's.
	ErrURL = fault.New(fault.Forbidden, "seb_url", "the proof was made for another address")
	// ErrReplayed: the proof was made for another login.
	ErrReplayed = fault.New(fault.Forbidden, "seb_replayed", "the proof belongs to another sign-in; sign in again in Safe Exam Browser")
	// ErrConfigKey: the browser runs with other settings.
	ErrConfigKey = fault.New(fault.Forbidden, "seb_config_key", "Safe Exam Browser runs with other settings than those of this sitting")
	// ErrExamKey: the browser is not one of the accepted builds.
	ErrExamKey = fault.New(fault.Forbidden, "seb_exam_key", "this build of Safe Exam Browser is not accepted")
)

// Proof is what a browser presents for one address: hashes of the address
// with its keys, in hex. The address is absolute.
type Proof struct {
	URL       string `json:"url" maxLength:"2000"`
	ConfigKey string `json:"config_key" maxLength:"64" doc:"SafeExamBrowser.security.configKey, or the header of that hash"`
	ExamKey   string `json:"exam_key,omitempty" maxLength:"64" doc:"SafeExamBrowser.security.browserExamKey"`
	Client    string `json:"client,omitempty" maxLength:"200" doc:"SafeExamBrowser.version"`
}

// Want is what a proof has to satisfy.
type Want struct {
	Origin     string   // scheme and host of the exam, lower case
	TLS        bool     // only https will do
	Nonce      string   // of the login that presents it
	ConfigKeys []string // any of them
	ExamKeys   []string // any of them; none: not asked for
}

// startParam is the query parameter that carries the nonce.
const startParam = "start"

// Verify checks a proof. All keys are compared, each in constant time. For
// one address a hash never changes, so an address without this login's nonce
// proves nothing: it may have been copied from another machine.
func Verify(p Proof, w Want) error {
	if p.URL == "" || p.ConfigKey == "" && p.ExamKey == "" {
		return ErrMissing
	}
	address, _, _ := strings.Cut(p.URL, "#")
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Scheme+"://"+strings.ToLower(u.Host) != w.Origin || w.TLS && u.Scheme != "https" {
		return ErrURL
	}
	nonces, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(nonces[startParam]) != 1 || subtle.ConstantTimeCompare([]byte(nonces[startParam][0]), []byte(w.Nonce)) != 1 {
		return ErrReplayed
	}
	if !matches(p.ConfigKey, address, w.ConfigKeys) {
		return ErrConfigKey
	}
	if len(w.ExamKeys) > 0 && !matches(p.ExamKey, address, w.ExamKeys) {
		return ErrExamKey
	}
	return nil
}

func matches(got, address string, keys []string) bool {
	found := 0
	for _, k := range keys {
		found |= subtle.ConstantTimeCompare([]byte(strings.ToLower(got)), []byte(Hash(address, k)))
	}
	return found == 1
}

// Hash returns what the browser presents for an absolute address and one of
// its keys: the hex SHA-256 of the address without fragment, followed by the
// key in hex.
func Hash(address, key string) string {
	address, _, _ = strings.Cut(address, "#")
	sum := sha256.Sum256([]byte(address + key))
	return hex.EncodeToString(sum[:])
}

// Nonce returns the nonce of a login. A login's id is random and not known
// before the sign-in, so no proof can be prepared for it; it dies with the
// login. The nonce tells nothing about the id.
func Nonce(login string) string {
	sum := sha256.Sum256([]byte("xinglu seb start\x00" + login))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// StartURL returns the address that the page has to be opened with, so that
// the browser's proof carries the nonce.
func StartURL(start, nonce string) string { return start + "?" + startParam + "=" + nonce }

// BrowserExamKey returns the key by which one build of the browser proves
// itself with one configuration: HMAC-SHA-256 under the configuration's exam
// key salt over the hash of the program's signature, its build version and
// the Config Key, each as text.
func BrowserExamKey(salt []byte, signatureHash, buildVersion, configKey string) string {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(signatureHash + buildVersion + configKey))
	return hex.EncodeToString(mac.Sum(nil))
}
