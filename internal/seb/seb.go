// Package seb makes configurations of Safe Exam Browser and checks that a
// candidate's browser runs under one.
//
// A configuration is Settings, which are data of a sitting's rules; from them
// come the property list, the .seb file that is put on the machines, and the
// Config Key, by which the browser proves that it runs with exactly these
// settings. Sources: safeexambrowser.org, "Config Key", "File Format" and
// "Browser Exam Key" of the developer documentation.
//
// What is proven is the configuration, not the machine: who rebuilds the
// browser can lie. So a proof is bound to one login by a nonce in the address
// (Nonce), and staff see every failure.
package seb

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
)

// Settings are what an organiser decides about the locked browser. The zero
// value of each switch is the strict one. What the exam needs in any case
// (keys are sent, the candidate's journal outlives a restart) is not a choice.
type Settings struct {
	// StartURL is the absolute address of the exam's first page, as candidates'
	// machines reach it: "https://exam.example.cn/exam". Its origin is the only
	// one whose pages can prove the settings.
	StartURL string `json:"start_url"`
	// QuitURL ends the browser when the candidate comes to it; "" for none.
	QuitURL string `json:"quit_url,omitempty"`
	// QuitPassword is the SHA-256 of the invigilator's password for leaving,
	// 64 lower-case hex digits; "": none is needed.
	QuitPassword string `json:"quit_password_sha256,omitempty"`
	// AdminPassword is the same for changing the settings.
	AdminPassword string `json:"admin_password_sha256,omitempty"`
	// AllowedURLs are further addresses that may be opened, in the notation of
	// SEB's filter ("https://help.example.cn/*").
	AllowedURLs []string `json:"allowed_urls,omitempty" maxItems:"100"`
	// Processes are programs that may run beside the exam.
	Processes []Process `json:"processes,omitempty" maxItems:"50"`
	// ExamKeySalt goes into Browser Exam Keys; "" where they are not used.
	ExamKeySalt []byte `json:"exam_key_salt,omitempty" maxLength:"64"`

	AllowQuit           bool `json:"allow_quit,omitempty"`
	AllowSpellCheck     bool `json:"allow_spell_check,omitempty"`
	AllowDictionary     bool `json:"allow_dictionary,omitempty"`
	AllowDownloads      bool `json:"allow_downloads,omitempty"`
	AllowPrintScreen    bool `json:"allow_print_screen,omitempty"`
	AllowDictation      bool `json:"allow_dictation,omitempty"`
	AllowScreenSharing  bool `json:"allow_screen_sharing,omitempty"`
	AllowVirtualMachine bool `json:"allow_virtual_machine,omitempty"`
	AllowWLANControl    bool `json:"allow_wlan_control,omitempty"`
	SharedClipboard     bool `json:"shared_clipboard,omitempty"` // with other programs
	Displays            int  `json:"displays,omitempty" minimum:"0" maximum:"8" doc:"How many displays may be on; 0 means 1"`
}

// Process is a program that may run beside the exam.
type Process struct {
	OS         OS     `json:"os" enum:"macos,windows"`
	Title      string `json:"title"`
	Executable string `json:"executable"` // without a path
	Path       string `json:"path,omitempty"`
	Identifier string `json:"identifier,omitempty"`
	Autostart  bool   `json:"autostart,omitempty"`
}

// OS is a system that the browser runs on.
type OS string

// The systems for which programs can be permitted.
const (
	MacOS   OS = "macos"
	Windows OS = "windows"
)

// Validate returns what is wrong, with paths below the given one.
func (s *Settings) Validate(path string) []fault.Field {
	var fields []fault.Field
	bad := func(name, code, message string) {
		fields = append(fields, fault.Field{Path: path + "." + name, Code: code, Message: message})
	}
	if _, err := s.Origin(); err != nil {
		bad("start_url", "seb_start_url", "give an absolute http or https address without user, query and fragment")
	}
	if u, err := url.Parse(s.QuitURL); s.QuitURL != "" && (err != nil || u.Host == "") {
		bad("quit_url", "seb_quit_url", "give an absolute address or none")
	}
	for _, p := range []struct{ name, hash string }{{"quit_password_sha256", s.QuitPassword}, {"admin_password_sha256", s.AdminPassword}} {
		if p.hash != "" && !isHash(p.hash) {
			bad(p.name, "seb_password_hash", "give 64 lower-case hex digits, or none")
		}
	}
	for i, p := range s.Processes {
		if p.OS != MacOS && p.OS != Windows || strings.TrimSpace(p.Executable) == "" {
			bad(fmt.Sprintf("processes[%d]", i), "seb_process", "give macos or windows and an executable")
		}
	}
	if s.Displays < 0 || s.Displays > 8 {
		bad("displays", "seb_displays", "give 0 to 8")
	}
	return fields
}

// Origin returns scheme and host of the exam's address.
func (s *Settings) Origin() (string, error) {
	u, err := url.Parse(s.StartURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%q is no address of an exam", s.StartURL)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

// ValidKey reports whether k has the form of a Config Key or Browser Exam Key.
func ValidKey(k string) bool { return isHash(k) }

// isHash reports whether s is a SHA-256 in lower-case hex.
func isHash(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == 32 && strings.ToLower(s) == s
}
