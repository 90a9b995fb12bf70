package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/xinglu/xinglu/internal/fault"
)

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// other is a value that differs from the default of the field.
func other(f configField) string {
	switch v := f.value.Interface().(type) {
	case string:
		return "other" + v
	case bool:
		return fmt.Sprint(!v)
	case int:
		return fmt.Sprint(v + 1)
	case Duration:
		return (time.Duration(v) + time.Second).String()
	case []string:
		return "10.0.0.0/8"
	}
	panic("a kind of setting that this test does not know: " + f.path)
}

// Every setting has a name, a text, and is reachable by environment and file.
func TestEveryFieldIsReachable(t *testing.T) {
	t.Parallel()
	d := DefaultConfig()
	names := map[string]string{}
	walkConfig(&d, func(f configField) {
		if f.path == "" || strings.HasSuffix(f.path, ".") || f.doc == "" {
			t.Errorf("a setting without name or text: %+v", f)
		}
		for _, name := range []string{f.env(), f.env() + "_FILE"} {
			if taken, ok := names[name]; ok {
				t.Errorf("%s stands for %s and %s", name, taken, f.path)
			}
			names[name] = f.path
		}
		if f.env() == "XINGLU_CONFIG" {
			t.Error("XINGLU_CONFIG names the file")
		}
		want := other(f)
		file := filepath.Join(t.TempDir(), "value")
		if err := os.WriteFile(file, []byte(want+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		yaml := write(t, nested(f.path, want))
		for how, load := range map[string]func() (Config, error){
			"environment":      func() (Config, error) { return LoadConfig("", []string{f.env() + "=" + want}) },
			"environment file": func() (Config, error) { return LoadConfig("", []string{f.env() + "_FILE=" + file}) },
			"file":             func() (Config, error) { return LoadConfig(yaml, nil) },
		} {
			c, err := load()
			if err != nil {
				t.Errorf("%s by %s: %v", f.path, how, err)
				continue
			}
			var changed []string
			walkConfig(&c, func(g configField) {
				fresh := DefaultConfig()
				walkConfig(&fresh, func(h configField) {
					if g.path == h.path && !reflect.DeepEqual(g.value.Interface(), h.value.Interface()) {
						changed = append(changed, g.path)
					}
				})
			})
			if diff := cmp.Diff([]string{f.path}, changed); diff != "" {
				t.Errorf("%s by %s changes (-want +got):\n%s", f.path, how, diff)
			}
		}
	})
}

// nested writes "a.b" = v as YAML.
func nested(path, v string) string {
	var b strings.Builder
	parts := strings.Split(path, ".")
	for i, p := range parts {
		b.WriteString(strings.Repeat("  ", i) + p + ":")
		if i == len(parts)-1 {
			b.WriteString(" " + v)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	file := write(t, "listen: file:1\ndata: file\nlog:\n  level: warn\n  format: json\n")
	cmd := &cobra.Command{}
	s := bind(cmd, []string{"XINGLU_CONFIG=" + file, "XINGLU_LISTEN=env:2", "XINGLU_DATA=env", "HOME=/x"}, "listen", "data", "demo", "log.format")
	if err := cmd.ParseFlags([]string{"--listen", "flag:3", "--demo"}); err != nil {
		t.Fatal(err)
	}
	got, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string][2]any{
		"flag over all":           {got.Listen, "flag:3"},
		"flag without value":      {got.Demo, true},
		"environment over file":   {got.Data, "env"},
		"file over default":       {got.Log.Level, "warn"},
		"unset flag over nothing": {got.Log.Format, "json"},
		"default where none is":   {got.Ledger.Hash, "sha256"},
	} {
		if x[0] != x[1] {
			t.Errorf("%s: %v, want %v", name, x[0], x[1])
		}
	}
}

func TestConfigRefuses(t *testing.T) {
	t.Parallel()
	secret := write(t, "AAAA")
	for _, c := range []struct {
		name, file string
		environ    []string
		paths      []string // suffixes of what is named
	}{
		{"unknown key", "lissten: x\n", nil, []string{"lissten"}},
		{"unknown nested keys", "limits:\n  upload: 1\n  spectator: 2\n", nil, []string{"limits.spectator", "limits.upload"}},
		{"section as value", "tls: x\n", nil, []string{"tls"}},
		{"value as section", "listen:\n  a: b\n", nil, []string{"listen.a"}},
		{"list for one value", "data: [a, b]\n", nil, []string{"data"}},
		{"no value", "mongo:\n", nil, []string{"mongo"}},
		{"no number", "limits:\n  upload_mib: many\n", nil, []string{"limits.upload_mib"}},
		{"half a number", "limits:\n  upload_mib: 1.5\n", nil, []string{"limits.upload_mib"}},
		{"no duration", "stop: 5\n", nil, []string{"stop"}},
		{"no YAML", "listen: [", nil, []string{".yaml"}},
		{"unknown variable", "", []string{"XINGLU_LISTENN=x", "XINGLU_TLS_CA=y"}, []string{"XINGLU_LISTENN", "XINGLU_TLS_CA"}},
		{"bad variable", "", []string{"XINGLU_DEMO=perhaps"}, []string{"XINGLU_DEMO"}},
		{"file that is not there", "", []string{"XINGLU_MONGO_FILE=/nowhere/x"}, []string{"XINGLU_MONGO_FILE"}},
		{"value and file", "", []string{"XINGLU_SECRET_KEY=x", "XINGLU_SECRET_KEY_FILE=" + secret}, []string{"XINGLU_SECRET_KEY_FILE"}},
	} {
		file := ""
		if c.file != "" {
			file = write(t, c.file)
		}
		_, err := LoadConfig(file, c.environ)
		checkPaths(t, c.name, err, c.paths)
	}
}

func checkPaths(t *testing.T, name string, err error, paths []string) {
	t.Helper()
	if !errors.Is(err, errConfig) {
		t.Errorf("%s: %v, want %v", name, err, errConfig)
		return
	}
	fields := fault.As(err).Fields
	if len(fields) != len(paths) {
		t.Errorf("%s: %+v, want %v", name, fields, paths)
		return
	}
	for i, f := range fields {
		if !strings.HasSuffix(f.Path, paths[i]) || f.Message == "" || f.Code == "" {
			t.Errorf("%s: %+v, want %s", name, f, paths[i])
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	good := DefaultConfig()
	if err := good.Validate(); err != nil {
		t.Fatalf("the defaults: %v", err)
	}
	for name, c := range map[string]struct {
		change func(*Config)
		paths  []string
	}{
		"no port":        {func(c *Config) { c.Listen = "here" }, []string{"listen"}},
		"no folder":      {func(c *Config) { c.Data = "" }, []string{"data"}},
		"half of TLS":    {func(c *Config) { c.TLS.Key = "x" }, []string{"tls"}},
		"hash":           {func(c *Config) { c.Ledger.Hash = "md5" }, []string{"ledger.hash"}},
		"mongo":          {func(c *Config) { c.Mongo = "localhost:27017" }, []string{"mongo"}},
		"mongo database": {func(c *Config) { c.Mongo = "mongodb://localhost:27017/" }, []string{"mongo"}},
		"proxy":          {func(c *Config) { c.TrustedProxies = []string{"10.0.0.0/8", "10.0.0.1"} }, []string{"trusted_proxies[1]"}},
		"tick":           {func(c *Config) { c.Board.Tick = -1 }, []string{"board.tick"}},
		"stop":           {func(c *Config) { c.Stop = 0 }, []string{"stop"}},
		"many": {func(c *Config) { c.Log.Level, c.Log.Format, c.Limits.Spectators = "loud", "xml", 0 },
			[]string{"limits.spectators", "log.format", "log.level"}},
	} {
		bad := DefaultConfig()
		c.change(&bad)
		checkPaths(t, name, bad.Validate(), c.paths)
	}
	for _, uri := range []string{"mongodb://u:p@a,b,c:27018/xinglu?replicaSet=rs", "mongodb+srv://h/x"} {
		c := DefaultConfig()
		c.Mongo = uri
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
	}
}

// One network may be written without brackets.
func TestListOfOne(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"trusted_proxies: 10.0.0.0/8\n":                {"10.0.0.0/8"},
		"trusted_proxies: [10.0.0.0/8, fd00::/8]\n":    {"10.0.0.0/8", "fd00::/8"},
		"trusted_proxies: []\n":                        {},
		"trusted_proxies:\n- 10.0.0.0/8\n- fd00::/8\n": {"10.0.0.0/8", "fd00::/8"},
	} {
		c, err := LoadConfig(write(t, text), nil)
		if diff := cmp.Diff(want, c.TrustedProxies); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
		}
	}
}
