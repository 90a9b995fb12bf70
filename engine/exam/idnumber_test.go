package exam_test

import (
	"testing"

	"github.com/xinglu/xinglu/engine/exam"
)

func TestCheckID(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		kind   exam.IDType
		number string
		want   string
	}{
		{"standard's example", exam.IDResident, "11010519491231002X", ""},
		{"standard's second example", exam.IDResident, "440524188001010014", ""},
		{"wrong check digit", exam.IDResident, "110105194912310021", "id_checksum"},
		{"two digits exchanged", exam.IDResident, "11010519491213002X", "id_checksum"},
		{"15 digits", exam.IDResident, "110105491231002", "id_length"},
		{"19 digits", exam.IDResident, "11010519491231002X1", "id_length"},
		{"empty", exam.IDResident, "", "id_length"},
		{"letter inside", exam.IDResident, "11010519491X31002X", "id_character"},
		{"lower x is not normal", exam.IDResident, "11010519491231002x", "id_character"},
		{"region begins with 0", exam.IDResident, "01010519491231002X", "id_character"},
		{"30 February", exam.IDResident, "110105194902300021", "id_birth_date"},
		{"29 February of a common year", exam.IDResident, "11010519490229002X", "id_birth_date"},
		{"17th century", exam.IDResident, "11010516491231002X", "id_birth_date"},
		{"multi-byte of the right length", exam.IDResident, "1101051949123汉2X", "id_character"},
		{"passport", exam.IDPassport, "E12345678", ""},
		{"passport too short", exam.IDPassport, "E12", "id_length"},
		{"permit", exam.IDHKMacao, "H12345678", ""},
		{"unknown document", "library_card", "12345", "id_type_unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := exam.CheckID(tt.kind, tt.number); got != tt.want {
				t.Errorf("CheckID(%q) = %q, want %q", tt.number, got, tt.want)
			}
		})
	}
}

func TestMaskAndNormalID(t *testing.T) {
	t.Parallel()
	if got := exam.NormalID(" １１０１０５ 1949 1231 002x "); got != "11010519491231002X" {
		t.Errorf("normal form %q", got)
	}
	for number, want := range map[string]string{
		"370100199001010017": "370100********0017", "E12345678": "E1*****78", "1234": "****", "": "",
	} {
		kind := exam.IDResident
		if len(number) < 18 {
			kind = exam.IDPassport
		}
		if got := exam.MaskID(kind, number); got != want {
			t.Errorf("mask of %q is %q, want %q", number, got, want)
		}
	}
}

func FuzzCheckID(f *testing.F) {
	f.Add("11010519491231002X")
	f.Add("１１０１０５１９４９１２３１００２ｘ")
	f.Add("汉")
	f.Fuzz(func(t *testing.T, s string) {
		n := exam.NormalID(s)
		if exam.NormalID(n) != n {
			t.Errorf("normal form of %q is not stable", s)
		}
		if exam.CheckID(exam.IDResident, n) != "" {
			return
		}
		// A checksum of this kind finds every single wrong digit.
		for i := range 17 {
			b := []byte(n)
			b[i] = '0' + (b[i]-'0'+1)%10
			if exam.CheckID(exam.IDResident, string(b)) == "" {
				t.Errorf("%s passes like %s", b, n)
			}
		}
	})
}
