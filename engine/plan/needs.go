package plan

import (
	"strings"

	"github.com/xinglu/xinglu/engine/exam"
)

// needWords are the words by which a registration names what a sitting can
// arrange by itself. What else is written is read by people.
var needWords = []struct {
	words []string
	set   func(*exam.Needs)
}{
	{[]string{"无障碍", "轮椅", "accessible", "wheelchair"}, func(n *exam.Needs) { n.AccessibleSeat = true }},
	{[]string{"大字", "放大", "large type", "large print"}, func(n *exam.Needs) { n.LargeType = true }},
	{[]string{"高对比", "high contrast"}, func(n *exam.Needs) { n.HighContrast = true }},
	{[]string{"朗读", "读屏", "语音", "read aloud", "screen reader"}, func(n *exam.Needs) { n.ReadAloud = true }},
	{[]string{"休息", "rest"}, func(n *exam.Needs) { n.RestBreaks = true }},
}

// needsOf reads what can be arranged from the words of a registration.
func needsOf(text string) (needs exam.Needs) {
	text = strings.ToLower(text)
	for _, w := range needWords {
		for _, word := range w.words {
			if strings.Contains(text, word) {
				w.set(&needs)
			}
		}
	}
	return needs
}
