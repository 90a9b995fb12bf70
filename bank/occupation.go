package bank

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/internal/ledger"
)

// Occupation is a 职业 of the national classification. Its key is the pair of
// Edition and Code: the same code means another occupation in another edition.
type Occupation struct {
	Edition string `json:"edition"`         // year of the 大典: "2015", "2022"
	Code    string `json:"code"`            // "6-31-01-03"
	Name    string `json:"name"`            // "电工"
	Trade   string `json:"trade,omitempty"` // 工种 below it, "" for none
}

var (
	editionForm = regexp.MustCompile(`^[0-9]{4}$`)
	codeForm    = regexp.MustCompile(`^[0-9]-[0-9]{2}-[0-9]{2}-[0-9]{2}$`)
)

// Validate reports every wrong field with ErrOccupation.
func (o Occupation) Validate() error {
	var fields []fault.Field
	if !editionForm.MatchString(o.Edition) {
		fields = append(fields, fault.Field{Path: "edition", Code: "edition_form",
			Message: "give the year of the classification, for instance 2022"})
	}
	if !codeForm.MatchString(o.Code) {
		fields = append(fields, fault.Field{Path: "code", Code: "code_form",
			Message: "give the code as N-NN-NN-NN, for instance 6-31-01-03"})
	}
	if strings.TrimSpace(o.Name) == "" {
		fields = append(fields, fault.Field{Path: "name", Code: "name_missing", Message: "give the occupation's name"})
	}
	if fields == nil {
		return nil
	}
	return ErrOccupation.With(fields...)
}

// Key is the occupation's identity as a short text: edition and code, and for
// a trade a hash of its name. "2022.6-31-01-03".
func (o Occupation) Key() string {
	key := o.Edition + "." + o.Code
	if o.Trade != "" {
		sum := sha256.Sum256([]byte(o.Trade))
		key += "." + hex.EncodeToString(sum[:4])
	}
	return key
}

// Level is a skill level: 5 (初级工) up to 1 (高级技师). Which levels an
// occupation has is decided by its standard.
type Level int

// The levels, lowest first, as their codes count.
const (
	Elementary       Level = 5 // 五级/初级工
	Intermediate     Level = 4 // 四级/中级工
	Advanced         Level = 3 // 三级/高级工
	Technician       Level = 2 // 二级/技师
	SeniorTechnician Level = 1 // 一级/高级技师
)

// levelNames holds Chinese ordinal, Chinese title and English title by level.
var levelNames = [6][3]string{
	1: {"一级", "高级技师", "Level 1 / Senior technician"},
	2: {"二级", "技师", "Level 2 / Technician"},
	3: {"三级", "高级工", "Level 3 / Advanced worker"},
	4: {"四级", "中级工", "Level 4 / Intermediate worker"},
	5: {"五级", "初级工", "Level 5 / Elementary worker"},
}

// Valid reports whether l is one of the five levels.
func (l Level) Valid() bool { return l >= SeniorTechnician && l <= Elementary }

// Zh is the Chinese name, "三级/高级工"; "" when l is not valid.
func (l Level) Zh() string {
	if !l.Valid() {
		return ""
	}
	return levelNames[l][0] + "/" + levelNames[l][1]
}

// En is the English name; "" when l is not valid.
func (l Level) En() string {
	if !l.Valid() {
		return ""
	}
	return levelNames[l][2]
}

// levelWords maps words to levels, the longer before those they contain.
var levelWords = []struct {
	word  string
	level Level
}{
	{"高级技师", 1}, {"一级", 1}, {"技师", 2}, {"二级", 2}, {"高级", 3}, {"三级", 3},
	{"中级", 4}, {"四级", 4}, {"初级", 5}, {"五级", 5},
}

// LevelIn finds the level that a text such as a sheet name speaks of:
// "高级工", "三级", "电工（高级技师）". ok is false when it names none.
func LevelIn(text string) (l Level, ok bool) {
	for _, w := range levelWords {
		if strings.Contains(text, w.word) {
			return w.level, true
		}
	}
	return 0, false
}

// OutlineID names the outline of one occupation and level through all its
// versions: "2022.6-31-01-03-3".
type OutlineID string

// OutlineFor returns the outline id of an occupation and level.
func OutlineFor(o Occupation, l Level) OutlineID {
	return OutlineID(o.Key() + "-" + string(rune('0'+int(l))))
}

// Stream is the ledger stream of everything accepted for the outline.
func (id OutlineID) Stream() ledger.StreamID { return ledger.StreamID("bank/" + string(id)) }
