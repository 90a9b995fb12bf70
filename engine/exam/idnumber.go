package exam

import (
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// IDType is the kind of a candidate's identity document.
type IDType string

// The identity documents that are accepted. Only the resident card carries a
// checksum; the others are accepted as such.
const (
	IDResident     IDType = "resident_card"     // 居民身份证, GB 11643-1999
	IDPassport     IDType = "passport"          // 护照
	IDHKMacao      IDType = "hk_macao_permit"   // 港澳居民来往内地通行证
	IDTaiwan       IDType = "taiwan_permit"     // 台湾居民来往大陆通行证
	IDForeignCard  IDType = "foreign_residence" // 外国人永久居留身份证
	IDOtherLicence IDType = "other"             // any other document
)

// Valid reports whether t is one of the accepted documents.
func (t IDType) Valid() bool {
	switch t {
	case IDResident, IDPassport, IDHKMacao, IDTaiwan, IDForeignCard, IDOtherLicence:
		return true
	}
	return false
}

// NormalID returns an ID number in the one form that is stored and compared:
// half-width, upper case, without white space.
func NormalID(number string) string {
	number = width.Narrow.String(number)
	return strings.ToUpper(strings.Join(strings.Fields(number), ""))
}

// CheckID says what is wrong with a normal ID number: "" when nothing is,
// else one of the codes id_type_unknown, id_length, id_character,
// id_birth_date and id_checksum. For other documents than the resident card
// only the length (4 to 40 characters) is looked at.
func CheckID(t IDType, number string) string {
	if !t.Valid() {
		return "id_type_unknown"
	}
	if t != IDResident {
		if n := utf8.RuneCountInString(number); n < 4 || n > 40 {
			return "id_length"
		}
		return ""
	}
	if len(number) != 18 {
		return "id_length"
	}
	if strings.Trim(number[:17], "0123456789") != "" || !strings.ContainsRune("0123456789X", rune(number[17])) || number[0] == '0' {
		return "id_character"
	}
	if _, err := time.Parse("20060102", number[6:14]); err != nil || number[6:8] < "18" {
		return "id_birth_date"
	}
	if checkDigit(number) != number[17] {
		return "id_checksum"
	}
	return ""
}

// checkDigit computes position 18 by ISO 7064 MOD 11-2, as GB 11643 says.
func checkDigit(number string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(number[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// MaskID hides the middle of a normal ID number: the first six and last four
// of a resident card stay ("370100********0017"), of other documents the
// first two and last two, of short numbers nothing.
func MaskID(t IDType, number string) string {
	r := []rune(number)
	head, tail := 2, 2
	if t == IDResident && len(r) == 18 {
		head, tail = 6, 4
	}
	if len(r) <= head+tail {
		return strings.Repeat("*", len(r))
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}

// idTail is what a candidate types at sign-in: the last six characters of the
// number, or all of a shorter one.
func idTail(number string) string {
	r := []rune(number)
	return string(r[max(0, len(r)-6):])
}
