package plan

import (
	"testing"

	"github.com/xinglu/xinglu/engine/exam"
)

func TestNeedsOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]exam.Needs{
		"":                       {},
		"无特殊要求":                  {},
		"轮椅；大字卷":                 {AccessibleSeat: true, LargeType: true},
		"高对比度显示":                 {HighContrast: true},
		"High contrast, rest":    {HighContrast: true, RestBreaks: true},
		"需要读屏、中途休息 10 分钟":        {ReadAloud: true, RestBreaks: true},
		"Large type, WHEELCHAIR": {AccessibleSeat: true, LargeType: true},
	} {
		if got := needsOf(text); got != want {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
}
