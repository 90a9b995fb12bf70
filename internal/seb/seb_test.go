package seb

import (
	"bytes"
	"compress/gzip"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"howett.net/plist"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// plain turns decoded JSON into the values of a property list.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		n, _ := v.Int64()
		return n
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	}
	return v
}

// TestConfigKeyOfSEBForMac takes what SEB 2.1.4 for macOS wrote into its log
// as "JSON for Config Key", and the key it showed. Both values are published
// with the tests of Moodle's quizaccess_seb.
func TestConfigKeyOfSEBForMac(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/mac_2.1.4.txt")
	must(t, err)
	logged := strings.TrimSpace(string(raw))
	dec := json.NewDecoder(strings.NewReader(strings.ReplaceAll(logged, `\`, `\\`))) // SEB-JSON escapes nothing
	dec.UseNumber()
	var settings map[string]any
	must(t, dec.Decode(&settings))
	d := Dict(plain(settings).(map[string]any))
	d["originatorVersion"] = "SEB_OSX_2.1.4_2116"
	got, err := d.JSON()
	must(t, err)
	if string(got) != logged {
		t.Errorf("SEB-JSON differs: %s", cmp.Diff(logged, string(got)))
	}
	key, err := d.ConfigKey()
	must(t, err)
	if want := "4fa9af8ec8759eb7c680752ef4ee5eaf1a860628608fccae2715d519849f9292"; key != want {
		t.Errorf("got key %s, want %s", key, want)
	}
}

// The rules of "Summary Config Key Generation", safeexambrowser.org; the
// expected texts of several rows are those of Moodle's tests.
func TestJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   Dict
		want string
	}{
		{"nothing", Dict{}, `{}`},
		{"originator is left out", Dict{"originatorVersion": "x", "a": true}, `{"a":true}`},
		{"originator below the top stays", Dict{"d": Dict{"originatorVersion": "x"}}, `{"d":{"originatorVersion":"x"}}`},
		{"one backslash", Dict{"s": `ws:\localhost`}, `{"s":"ws:\localhost"}`},
		{"two backslashes", Dict{"s": `ws:\\localhost`}, `{"s":"ws:\\localhost"}`},
		{"slashes", Dict{"url": "http://test.com"}, `{"url":"http://test.com"}`},
		{"quotes and markup", Dict{"s": `<"a"&'b'>`}, `{"s":"<"a"&'b'>"}`},
		{"unicode", Dict{"s": "hello wörld 考试 😀"}, `{"s":"hello wörld 考试 😀"}`},
		{"data", Dict{"d": []byte("blahblah")}, `{"d":"` + base64.StdEncoding.EncodeToString([]byte("blahblah")) + `"}`},
		{"date", Dict{"d": time.Date(1940, 10, 9, 22, 13, 56, 0, time.UTC)}, `{"d":"1940-10-09T22:13:56+00:00"}`},
		{"case", Dict{"testKey": "v", "allowWLAN": "v2", "allowWlan": "v3"}, `{"allowWlan":"v3","allowWLAN":"v2","testKey":"v"}`},
		{"case is no order", Dict{"URLFilter": 1, "touch": 2, "urlZ": 3, "zoom": 4}, `{"touch":2,"URLFilter":1,"urlZ":3,"zoom":4}`},
		{"nested", Dict{"d": Dict{"banana": false, "Apple": true}}, `{"d":{"Apple":true,"banana":false}}`},
		{"in a list", Dict{"l": []any{Dict{"b": 1, "a": 2}, "x"}}, `{"l":[{"a":2,"b":1},"x"]}`},
		{"empty dictionaries", Dict{"a": Dict{}, "b": Dict{"c": Dict{}, "d": 1}, "e": true}, `{"b":{"d":1},"e":true}`},
		{"empty list stays", Dict{"l": []any{}}, `{"l":[]}`},
		{"permitted process", Dict{"permittedProcesses": []any{Dict{"path": `C:\Program Files\x`, "arguments": []any{}}}},
			`{"permittedProcesses":[{"arguments":[],"path":"C:\Program Files\x"}]}`},
		{"numbers", Dict{"i": int64(-3), "u": uint64(7), "r": 1.5}, `{"i":-3,"r":1.5,"u":7}`},
	} {
		got, err := c.in.JSON()
		if err != nil || string(got) != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.name, got, err, c.want)
		}
	}
	if _, err := (Dict{"x": []int{1}}).JSON(); err == nil {
		t.Error("a value that is no property was taken")
	}
}

// Vectors of github.com/RNCryptor/RNCryptor-Spec, vectors/v3/password.
func TestEncryptVectors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, password, random, text, want string }{
		{"nothing", "a", strings.Repeat("00", 32), "", "0301" + strings.Repeat("00", 32) +
			"b3039be31cd7ece5e754f5c8da17003666313ae8a89ddcf8e3cb41fdc130b2329dbe07d6f4d32c34e050c8bd7e933b12"},
		{"one byte", "thepassword", "0001020304050607" + "0102030405060708" + "02030405060708090a0b0c0d0e0f0001", "01",
			"03010001020304050607010203040506070802030405060708090a0b0c0d0e0f0001a1f8730e0bf480eb7b70f690abf21e029514164ad3c474a51b30c7eaa1ca545b7de3de5b010acbad0a9a13857df696a8"},
		{"one block", "thepassword", "0102030405060700" + "0203040506070801" + "030405060708090a0b0c0d0e0f000102", "0123456789abcdef",
			"03010102030405060700020304050607080103040506070809 0a0b0c0d0e0f0001020e437fe809309c03fd53a475131e9a1978b8eaef576f60adb8ce2320849ba32d742900438ba897d22210c76c35c849df"},
		{"multibyte password", "中文密码", "0304050607000102" + "0405060708010203" + "05060708090a0b0c0d0e0f0001020304", "23456789abcdef0123456701",
			"0301030405060700010204050607080102030506 0708090a0b0c0d0e0f00010203048a9e08bdec1c4bfe13e81fb85f009ab3ddb91387e809c4ad86d9e8a6014557716657bd317d4bb6a7644615b3de402341"},
	} {
		var random [2*saltSize + aes.BlockSize]byte
		copy(random[:], unhex(t, c.random))
		got, err := encrypt(c.password, unhex(t, c.text), random)
		must(t, err)
		if want := unhex(t, c.want); !bytes.Equal(got, want) {
			t.Errorf("%s:\ngot  %x\nwant %x", c.name, got, want)
		}
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	must(t, err)
	return b
}

func example() Settings {
	return Settings{
		StartURL: "https://exam.example.cn/exam", QuitPassword: strings.Repeat("ab", 32), ExamKeySalt: []byte("0123456789abcdef"),
		AllowedURLs: []string{`https://help.example.cn/*`},
		Processes:   []Process{{OS: Windows, Title: "计算器", Executable: "calc.exe", Path: `C:\Windows\System32`}},
	}
}

func unpack(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	must(t, err)
	out, err := io.ReadAll(z)
	must(t, err)
	return out
}

// decrypt is the reading side of the format, for these tests only.
func decrypt(t *testing.T, password string, b []byte) []byte {
	t.Helper()
	body, sum := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	key := func(salt []byte) []byte {
		k, err := pbkdf2.Key(sha1.New, password, salt, iterations, keySize)
		must(t, err)
		return k
	}
	mac := hmac.New(sha256.New, key(body[10:18]))
	mac.Write(body)
	if !hmac.Equal(mac.Sum(nil), sum) {
		t.Fatal("the HMAC is wrong")
	}
	block, err := aes.NewCipher(key(body[2:10]))
	must(t, err)
	text := bytes.Clone(body[34:])
	cipher.NewCBCDecrypter(block, body[18:34]).CryptBlocks(text, text)
	return text[:len(text)-int(text[len(text)-1])]
}

// What the browser reads out of a file gives the Config Key that the server
// computes from the settings: the way of a real machine.
func TestFileGivesTheSameConfigKey(t *testing.T) {
	t.Parallel()
	s := example()
	want, err := s.ConfigKey()
	must(t, err)
	for _, password := range []string{"", "考场口令"} {
		file, err := s.File(password)
		must(t, err)
		data := unpack(t, file)
		prefix, data := string(data[:4]), data[4:]
		if password == "" && prefix != "plnd" || password != "" && prefix != "pswd" {
			t.Fatalf("prefix %q", prefix)
		}
		if password != "" {
			data = decrypt(t, password, data)
		}
		var list map[string]any
		_, err = plist.Unmarshal(unpack(t, data), &list)
		must(t, err)
		if list["startURL"] != s.StartURL {
			t.Errorf("startURL is %v", list["startURL"])
		}
		got, err := Dict(list).ConfigKey()
		must(t, err)
		if got != want {
			t.Errorf("password %q: got key %s, want %s", password, got, want)
		}
	}
	s.AllowSpellCheck = true
	if other, _ := s.ConfigKey(); other == want {
		t.Error("another setting gives the same key")
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	s := example()
	if f := s.Validate("seb.settings"); f != nil {
		t.Fatalf("refused: %v", f)
	}
	bad := Settings{StartURL: "https://u:p@x/exam?a=1", QuitURL: "bye", QuitPassword: "secret", Displays: 9,
		Processes: []Process{{OS: "linux", Executable: "x"}}}
	var got []string
	for _, f := range bad.Validate("s") {
		got = append(got, f.Path+" "+f.Code)
	}
	want := []string{"s.start_url seb_start_url", "s.quit_url seb_quit_url", "s.quit_password_sha256 seb_password_hash",
		"s.processes[0] seb_process", "s.displays seb_displays"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	const (
		origin = "https://exam.example.cn"
		ck     = "4fa9af8ec8759eb7c680752ef4ee5eaf1a860628608fccae2715d519849f9292"
		bek    = "2534e4e9f3188f9f9133bf7cf7b4c5d898292bbd7e8d0230f39d1176636a1431"
	)
	nonce := Nonce("login-a")
	page := StartURL(origin+"/exam", nonce)
	want := Want{Origin: origin, TLS: true, Nonce: nonce, ConfigKeys: []string{strings.Repeat("0", 64), ck}}
	good := Proof{URL: page, ConfigKey: Hash(page, ck)}
	withBEK := want
	withBEK.ExamKeys = []string{bek}
	other := StartURL(origin+"/exam", Nonce("login-b"))
	plainURL := "http" + strings.TrimPrefix(page, "https")
	for _, c := range []struct {
		name string
		p    Proof
		w    Want
		want error
	}{
		{"good", good, want, nil},
		{"upper-case hash", Proof{URL: page, ConfigKey: strings.ToUpper(Hash(page, ck))}, want, nil},
		{"fragment", Proof{URL: page + "#q3", ConfigKey: Hash(page, ck)}, want, nil},
		{"another page of ours", Proof{URL: origin + "/api/exam/paper?x=1&start=" + nonce, ConfigKey: Hash(origin+"/api/exam/paper?x=1&start="+nonce, ck)}, want, nil},
		{"nothing", Proof{}, want, ErrMissing},
		{"address alone", Proof{URL: page}, want, ErrMissing},
		{"other settings", Proof{URL: page, ConfigKey: Hash(page, bek)}, want, ErrConfigKey},
		{"hash of another address", Proof{URL: page, ConfigKey: Hash(origin+"/exam", ck)}, want, ErrConfigKey},
		{"the key itself", Proof{URL: page, ConfigKey: ck}, want, ErrConfigKey},
		{"copied from another login", Proof{URL: other, ConfigKey: Hash(other, ck)}, want, ErrReplayed},
		{"no nonce", Proof{URL: origin + "/exam", ConfigKey: Hash(origin+"/exam", ck)}, want, ErrReplayed},
		{"two nonces", Proof{URL: page + "&start=x", ConfigKey: Hash(page+"&start=x", ck)}, want, ErrReplayed},
		{"another host", Proof{URL: "https://evil.example/exam?start=" + nonce, ConfigKey: Hash("https://evil.example/exam?start="+nonce, ck)}, want, ErrURL},
		{"host as a user", Proof{URL: "https://exam.example.cn@evil.example/?start=" + nonce, ConfigKey: "x"}, want, ErrURL},
		{"no TLS", Proof{URL: plainURL, ConfigKey: Hash(plainURL, ck)}, Want{Origin: "http://exam.example.cn", TLS: true, Nonce: nonce, ConfigKeys: []string{ck}}, ErrURL},
		{"not an address", Proof{URL: "https://%zz", ConfigKey: "x"}, want, ErrURL},
		{"exam key is asked for", good, withBEK, ErrExamKey},
		{"wrong build", Proof{URL: page, ConfigKey: Hash(page, ck), ExamKey: Hash(page, ck)}, withBEK, ErrExamKey},
		{"right build", Proof{URL: page, ConfigKey: Hash(page, ck), ExamKey: Hash(page, bek)}, withBEK, nil},
	} {
		if err := Verify(c.p, c.w); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

func TestKeysAndNonces(t *testing.T) {
	t.Parallel()
	// HMAC-SHA-256 of RFC 4231, test case 2, split over the three parts.
	if got := BrowserExamKey([]byte("Jefe"), "what do ", "ya want ", "for nothing?"); got != "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" {
		t.Errorf("got %s", got)
	}
	sum := sha256.Sum256([]byte("https://x/exam?start=n" + "key"))
	if got := Hash("https://x/exam?start=n#part", "key"); got != hex.EncodeToString(sum[:]) {
		t.Errorf("got %s", got)
	}
	if a, b := Nonce("a"), Nonce("b"); a == b || len(a) != 24 || a != Nonce("a") {
		t.Errorf("nonces %q and %q", a, b)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("https://exam.example.cn/exam?start=x", "aa", "bb")
	f.Add("https://exam.example.cn/exam?start=%zz#", "", "")
	w := Want{Origin: "https://exam.example.cn", TLS: true, Nonce: Nonce("n"), ConfigKeys: []string{strings.Repeat("1", 64)}}
	f.Fuzz(func(t *testing.T, address, ck, bek string) {
		if Verify(Proof{URL: address, ConfigKey: ck, ExamKey: bek}, w) == nil &&
			(!strings.HasPrefix(address, "https://") || !strings.Contains(address, w.Nonce)) {
			t.Errorf("taken: %q", address)
		}
	})
}
