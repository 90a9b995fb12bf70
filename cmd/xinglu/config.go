package main

import (
	"encoding"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones of printed times on machines without them

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/seal"
)

// Config is everything an operator may set. Precedence: flag, environment,
// file, default. The environment name of a key is XINGLU_ and its path in
// upper case ("tls.cert" is XINGLU_TLS_CERT); XINGLU_…_FILE reads the value
// from a file, for secrets. Unknown keys and variables are errors.
type Config struct {
	Listen string `koanf:"listen" doc:"Address to listen on, host:port; port 0 takes a free one"`
	Data   string `koanf:"data" doc:"Folder for the embedded store and files"`
	Keys   string `koanf:"keys" doc:"Folder for data.key and signing.key, apart from the data; empty: DATA.keys beside it"`
	Demo   bool   `koanf:"demo" doc:"Load the demonstration data into an empty store and print its logins"`

	Mongo           string `koanf:"mongo" doc:"MongoDB URI with a database name; empty: embedded SQLite" secret:"true"`
	MongoStandalone bool   `koanf:"mongo_standalone" doc:"Allow a MongoDB that is no replica set (no protection against the loss of a disk)"`
	Redis           string `koanf:"redis" doc:"Redis address host:port or redis:// URI; empty: boards in memory" secret:"true"`

	SecretKey string `koanf:"secret_key" doc:"Data key: base64 of 32 bytes that encrypt ID numbers and questions; empty: KEYS/data.key, made at the first start" secret:"true"`

	Custody struct {
		TrustedSigners []string `koanf:"trusted_signers" doc:"Public keys (base64) of other servers whose sealed papers may be imported"`
	} `koanf:"custody"`

	TLS struct {
		Cert string `koanf:"cert" doc:"Certificate file (PEM); with key, serves HTTPS"`
		Key  string `koanf:"key" doc:"Private key file (PEM)"`
	} `koanf:"tls"`

	TrustedProxies []string `koanf:"trusted_proxies" doc:"Networks whose X-Forwarded-For is believed"`

	Ledger struct {
		Hash string `koanf:"hash" doc:"Hash of the chain: sha256 or sm3"`
	} `koanf:"ledger"`

	Limits struct {
		SignInsPerMinute   int `koanf:"sign_ins_per_minute" doc:"Tries per ticket or login name"`
		SignInsPerMinuteIP int `koanf:"sign_ins_per_minute_ip" doc:"Tries per address; a whole room may share one"`
		UploadMiB          int `koanf:"upload_mib" doc:"Largest workbook"`
		Spectators         int `koanf:"spectators" doc:"Board connections of this node"`
		SpectatorsPerIP    int `koanf:"spectators_per_ip" doc:"Board connections of one address"`
	} `koanf:"limits"`

	Board struct {
		Tick Duration `koanf:"tick" doc:"Least time between two frames of a public board"`
	} `koanf:"board"`

	Print struct {
		Font string `koanf:"font" doc:"Second font file (TrueType or OpenType) for characters that the built-in one lacks, such as those of rare names"`
		Zone string `koanf:"zone" doc:"Time zone of printed documents, a name of the IANA database"`
		// Address has no default: a server does not know how the public reaches it.
		Address string `koanf:"address" doc:"Where the public reaches this server, printed in the QR codes of certificates: https://host"`
	} `koanf:"print"`

	FaceMatchURL string `koanf:"face_match_url" doc:"Local service that compares faces at the check of identity: takes multipart files portrait and picture, answers {\"score\": 0..1000}; empty: people compare"`

	Log struct {
		Level  string `koanf:"level" doc:"debug, info, warn or error"`
		Format string `koanf:"format" doc:"text or json"`
	} `koanf:"log"`

	Stop Duration `koanf:"stop" doc:"How long a stop waits for running requests"`
}

// Duration reads "250ms" or "5s".
type Duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// String is the duration as it is written in a file.
func (d Duration) String() string { return time.Duration(d).String() }

// DefaultConfig is a centre server or a first look: embedded stores, this
// machine only.
func DefaultConfig() Config {
	var c Config
	c.Listen, c.Data = "127.0.0.1:8080", "./data"
	c.TrustedProxies, c.Custody.TrustedSigners = []string{}, []string{}
	c.Ledger.Hash = "sha256"
	c.Limits.SignInsPerMinute, c.Limits.SignInsPerMinuteIP = 10, 600
	c.Limits.UploadMiB = 16
	c.Limits.Spectators, c.Limits.SpectatorsPerIP = 50_000, 2_000
	c.Board.Tick = Duration(200 * time.Millisecond)
	c.Print.Zone = "Asia/Shanghai"
	c.Log.Level, c.Log.Format = "info", "text"
	c.Stop = Duration(10 * time.Second)
	return c
}

var errConfig = fault.New(fault.Invalid, "bad_config", "the configuration is not valid")

// LoadConfig reads the file (path "" for none), then the environment, over
// the defaults. Flags are laid over it by the caller. All problems are
// reported together.
func LoadConfig(path string, environ []string) (Config, error) {
	c := DefaultConfig()
	var wrong []fault.Field
	if path != "" {
		k := koanf.New(".")
		if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
			return c, errConfig.With(fault.Field{Path: path, Code: "unreadable", Message: err.Error()})
		}
		known := map[string]bool{}
		walkConfig(&c, func(f configField) { known[f.path] = true })
		for _, key := range k.Keys() {
			if !known[key] {
				wrong = append(wrong, fault.Field{Path: path + ": " + key, Code: "unknown_key", Message: "there is no such setting"})
			}
		}
		walkConfig(&c, func(f configField) {
			if k.Exists(f.path) {
				wrong = append(wrong, f.setYAML(path+": "+f.path, k.Get(f.path))...)
			}
		})
	}
	wrong = append(wrong, applyEnv(&c, environ)...)
	if len(wrong) > 0 {
		return c, errConfig.With(wrong...)
	}
	return c, nil
}

func applyEnv(c *Config, environ []string) (wrong []fault.Field) {
	vars := map[string]string{}
	for _, kv := range environ {
		if name, value, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "XINGLU_") {
			vars[name] = value
		}
	}
	delete(vars, "XINGLU_CONFIG")
	walkConfig(c, func(f configField) {
		value, given := vars[f.env()]
		if given {
			wrong = append(wrong, f.set(f.env(), value)...)
		}
		name, inFile := vars[f.env()+"_FILE"]
		switch {
		case !inFile:
		case given:
			wrong = append(wrong, fault.Field{Path: f.env() + "_FILE", Code: "given_twice", Message: f.env() + " is set too; keep one of them"})
		default:
			wrong = append(wrong, f.setFile(f.env()+"_FILE", name)...)
		}
	})
	walkConfig(c, func(f configField) { delete(vars, f.env()); delete(vars, f.env()+"_FILE") })
	for name := range vars {
		wrong = append(wrong, fault.Field{Path: name, Code: "unknown_variable", Message: "there is no such setting"})
	}
	slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	return wrong
}

// Validate returns every problem of the values at once.
func (c *Config) Validate() error {
	var wrong []fault.Field
	bad := func(path, format string, args ...any) {
		wrong = append(wrong, fault.Field{Path: path, Code: "bad_value", Message: fmt.Sprintf(format, args...)})
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		bad("listen", "%v; write host:port", err)
	}
	if c.FaceMatchURL != "" && !webAddress(c.FaceMatchURL) {
		bad("face_match_url", "write an http or https address")
	}
	if c.Print.Address != "" && !webAddress(c.Print.Address) {
		bad("print.address", "write an http or https address")
	}
	if c.Data == "" {
		bad("data", "a folder is needed")
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		bad("tls", "cert and key go together")
	}
	if c.Ledger.Hash != "sha256" && c.Ledger.Hash != "sm3" {
		bad("ledger.hash", "%q is neither sha256 nor sm3", c.Ledger.Hash)
	}
	if c.Mongo != "" {
		if u, err := url.Parse(c.Mongo); err != nil || !strings.HasPrefix(u.Scheme, "mongodb") || strings.Trim(u.Path, "/") == "" {
			bad("mongo", "write mongodb://host:port/database")
		}
	}
	for i, k := range c.Custody.TrustedSigners {
		if _, err := seal.ParseKey(k); err != nil {
			bad(fmt.Sprintf("custody.trusted_signers[%d]", i), "write 32 bytes in base64")
		}
	}
	for i, p := range c.TrustedProxies {
		if _, err := netip.ParsePrefix(p); err != nil {
			bad(fmt.Sprintf("trusted_proxies[%d]", i), "%v", err)
		}
	}
	var level slog.Level
	if level.UnmarshalText([]byte(c.Log.Level)) != nil {
		bad("log.level", "%q is not debug, info, warn or error", c.Log.Level)
	}
	if c.Log.Format != "text" && c.Log.Format != "json" {
		bad("log.format", "%q is neither text nor json", c.Log.Format)
	}
	for path, n := range map[string]int{
		"limits.sign_ins_per_minute": c.Limits.SignInsPerMinute, "limits.sign_ins_per_minute_ip": c.Limits.SignInsPerMinuteIP,
		"limits.upload_mib": c.Limits.UploadMiB, "limits.spectators": c.Limits.Spectators, "limits.spectators_per_ip": c.Limits.SpectatorsPerIP,
	} {
		if n < 1 {
			bad(path, "must be at least 1")
		}
	}
	if _, err := time.LoadLocation(c.Print.Zone); err != nil || c.Print.Zone == "" {
		bad("print.zone", "%q is no time zone; write Asia/Shanghai", c.Print.Zone)
	}
	if c.Board.Tick < 0 {
		bad("board.tick", "must not be negative")
	}
	if c.Stop <= 0 {
		bad("stop", "must be above zero")
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	return errConfig.With(wrong...)
}

func webAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// configField is one leaf of Config.
type configField struct {
	path, doc string
	secret    bool
	value     reflect.Value
}

func (f configField) env() string {
	return "XINGLU_" + strings.ToUpper(strings.ReplaceAll(f.path, ".", "_"))
}

func (f configField) set(where, text string) []fault.Field {
	var err error
	switch p := f.value.Addr().Interface().(type) {
	case encoding.TextUnmarshaler:
		err = p.UnmarshalText([]byte(text))
	case *string:
		*p = text
	case *bool:
		*p, err = strconv.ParseBool(text)
	case *int:
		*p, err = strconv.Atoi(text)
	case *[]string:
		*p = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	default:
		err = errors.ErrUnsupported
	}
	if err != nil {
		return []fault.Field{{Path: where, Code: "bad_value", Message: err.Error()}}
	}
	return nil
}

// setYAML takes a value of the file: one value, or a list where the setting
// is one.
func (f configField) setYAML(where string, value any) []fault.Field {
	if value == nil {
		return []fault.Field{{Path: where, Code: "bad_value", Message: "give a value or leave the key out"}}
	}
	list, isList := value.([]any)
	if !isList {
		return f.set(where, fmt.Sprint(value))
	}
	if f.value.Kind() != reflect.Slice {
		return []fault.Field{{Path: where, Code: "bad_value", Message: "one value is wanted, not a list"}}
	}
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = fmt.Sprint(v)
	}
	return f.set(where, strings.Join(words, ","))
}

// setFile takes the content of the named file, without space around it.
func (f configField) setFile(where, name string) []fault.Field {
	body, err := os.ReadFile(name)
	if err != nil {
		return []fault.Field{{Path: where, Code: "unreadable", Message: err.Error()}}
	}
	return f.set(where, strings.TrimSpace(string(body)))
}

func walkConfig(c *Config, visit func(configField)) {
	var walk func(v reflect.Value, prefix string)
	walk = func(v reflect.Value, prefix string) {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			path := prefix + f.Tag.Get("koanf")
			if f.Type.Kind() == reflect.Struct {
				walk(v.Field(i), path+".")
				continue
			}
			visit(configField{path: path, doc: f.Tag.Get("doc"), secret: f.Tag.Get("secret") == "true", value: v.Field(i)})
		}
	}
	walk(reflect.ValueOf(c).Elem(), "")
}
