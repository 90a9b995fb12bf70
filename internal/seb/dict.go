package seb

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Dict is a property list's dictionary. Values are string, bool, integers,
// float64, []byte, time.Time, []any and Dict (or map[string]any).
type Dict map[string]any

// Dict returns the browser's own keys and values for the settings.
func (s *Settings) Dict() (Dict, error) {
	origin, err := s.Origin()
	if err != nil {
		return nil, err
	}
	d := Dict{
		"originatorVersion": "Xinglu",
		"sebConfigPurpose":  0, // for an exam, not for setting up a machine
		"startURL":          s.StartURL,
		"quitURL":           s.QuitURL, "quitURLConfirm": false,
		"hashedQuitPassword": s.QuitPassword, "hashedAdminPassword": s.AdminPassword,
		"allowQuit": s.AllowQuit, "ignoreExitKeys": true, "allowPreferencesWindow": false,

		// The keys are sent as headers where the browser can, and through the
		// JavaScript interface of the modern engine (policy 3).
		"sendBrowserExamKey": true, "browserWindowWebView": 3,
		"downloadAndOpenSebConfig": false, "examSessionReconfigureAllow": false,

		// A candidate's unsent answers lie in the browser's storage: it has to
		// outlive a restart of the browser.
		"removeBrowserProfile": false, "removeLocalStorage": false,
		"examSessionClearCookiesOnStart": false, "examSessionClearCookiesOnEnd": false,

		"browserViewMode": 1, "createNewDesktop": true, "killExplorerShell": false,
		"showTaskBar": true, "showTime": true, "showReloadButton": true, "showInputLanguage": true,
		"browserWindowAllowReload": true, "allowBrowsingBackForward": false,
		"newBrowserWindowByLinkPolicy": 0, "newBrowserWindowByScriptPolicy": 0, "newBrowserWindowNavigation": false,
		"enableZoomPage": true, "enableZoomText": true, // an accommodation
		"allowSpellCheck": s.AllowSpellCheck, "allowDictionaryLookup": s.AllowDictionary,
		"allowDownUploads": s.AllowDownloads, "allowDownloads": s.AllowDownloads, "allowUploads": false,
		"openDownloads": false, "downloadPDFFiles": false, "allowPDFPlugIn": false,
		"enablePrivateClipboard": !s.SharedClipboard, "enablePrintScreen": s.AllowPrintScreen, "enableRightMouse": false,
		"allowDictation": s.AllowDictation, "allowSiri": false, "allowScreenSharing": s.AllowScreenSharing,
		"allowVirtualMachine": s.AllowVirtualMachine, "allowWlan": s.AllowWLANControl,
		"allowDisplayMirroring": false, "allowedDisplaysMaxNumber": max(1, s.Displays), "allowedDisplayBuiltin": true,
		"allowSwitchToApplications": len(s.Processes) > 0, "allowUserSwitching": false, "allowVideoCapture": false, "allowAudioCapture": false,

		"URLFilterEnable": true, "URLFilterEnableContentFilter": false, "URLFilterRules": filterRules(origin, s.AllowedURLs),
		"permittedProcesses": processes(s.Processes),
	}
	if len(s.ExamKeySalt) > 0 {
		d["examKeySalt"] = s.ExamKeySalt
	}
	return d, nil
}

func filterRules(origin string, more []string) []any {
	rules := make([]any, 0, len(more)+1)
	for _, expression := range append([]string{origin + "/*"}, more...) {
		rules = append(rules, Dict{"active": true, "regex": false, "expression": expression, "action": 1}) // 1: allow
	}
	return rules
}

func processes(list []Process) []any {
	out := make([]any, 0, len(list))
	for _, p := range list {
		system := 0
		if p.OS == Windows {
			system = 1
		}
		out = append(out, Dict{
			"active": true, "autostart": p.Autostart, "iconInTaskbar": true, "runInBackground": false, "allowUserToChooseApp": false,
			"strongKill": false, "os": system, "title": p.Title, "description": "", "executable": p.Executable,
			"originalName": p.Executable, "path": p.Path, "identifier": p.Identifier, "arguments": []any{},
		})
	}
	return out
}

// ConfigKey returns the Config Key of the settings: the SHA-256 of their
// SEB-JSON in lower-case hex.
func (s *Settings) ConfigKey() (string, error) {
	d, err := s.Dict()
	if err != nil {
		return "", err
	}
	return d.ConfigKey()
}

// ConfigKey returns the Config Key of a whole configuration.
func (d Dict) ConfigKey() (string, error) {
	text, err := d.JSON()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// JSON returns the SEB-JSON of a configuration: like JSON, but nothing is
// escaped, keys are sorted without regard to case, originatorVersion and
// empty dictionaries are left out, and there is no white space.
func (d Dict) JSON() ([]byte, error) {
	top := maps.Clone(d)
	delete(top, "originatorVersion")
	return appendDict(nil, top)
}

func appendDict(b []byte, d map[string]any) ([]byte, error) {
	b = append(b, '{')
	first := true
	for _, key := range slices.SortedFunc(maps.Keys(d), compareKeys) {
		if sub, ok := dictOf(d[key]); ok && len(sub) == 0 {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(append(append(b, '"'), key...), `":`...)
		var err error
		if b, err = appendValue(b, d[key]); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	return append(b, '}'), nil
}

func dictOf(v any) (map[string]any, bool) {
	switch v := v.(type) {
	case Dict:
		return v, true
	case map[string]any:
		return v, true
	}
	return nil, false
}

func appendValue(b []byte, v any) ([]byte, error) {
	if d, ok := dictOf(v); ok {
		return appendDict(b, d)
	}
	switch v := v.(type) {
	case string:
		return append(append(append(b, '"'), v...), '"'), nil
	case []byte:
		b = append(b, '"')
		return append(base64.StdEncoding.AppendEncode(b, v), '"'), nil
	case time.Time:
		// SEB has no date among its settings; ISO 8601 with offset, as its
		// documentation asks.
		return append(v.UTC().AppendFormat(append(b, '"'), "2006-01-02T15:04:05-07:00"), '"'), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int:
		return strconv.AppendInt(b, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case uint64:
		return strconv.AppendUint(b, v, 10), nil
	case float64:
		return strconv.AppendFloat(b, v, 'f', -1, 64), nil
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = appendValue(b, item); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	}
	return nil, fmt.Errorf("a value of type %T has no place in a configuration", v)
}

// compareKeys orders names without regard to case and culture; names that
// differ by case alone have the lower-case letter first (allowWlan before
// allowWLAN).
func compareKeys(a, b string) int {
	if c := strings.Compare(strings.ToLower(a), strings.ToLower(b)); c != 0 {
		return c
	}
	return strings.Compare(b, a) // lower case is above upper case in ASCII
}
