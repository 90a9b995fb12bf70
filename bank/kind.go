package bank

// Kind is the type of a question (题型).
type Kind string

// The kinds that are marked by machine.
const (
	SingleChoice   Kind = "single_choice"   // 单选题
	MultipleChoice Kind = "multiple_choice" // 多选题
	TrueFalse      Kind = "true_false"      // 判断题
	FillIn         Kind = "fill_in"         // 填空题; blanks are {{1}}, {{2}}, … in the stem
	Ordering       Kind = "ordering"        // 排序题
	Matching       Kind = "matching"        // 匹配题
)

// The kinds that people mark.
const (
	ShortAnswer Kind = "short_answer" // 简答题
	Calculation Kind = "calculation"  // 计算题
	Essay       Kind = "essay"        // 论述题
)

// Case (案例分析题) is shared material with parts of the other kinds.
const Case Kind = "case"

// Kinds lists the kinds in the order in which papers usually have them.
func Kinds() []Kind {
	return []Kind{SingleChoice, MultipleChoice, TrueFalse, FillIn, Ordering, Matching, ShortAnswer, Calculation, Essay, Case}
}

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool { zh, _ := k.names(); return zh != "" }

// Objective reports whether answers are marked by machine. Of a case it is
// false: its parts decide, each for itself.
func (k Kind) Objective() bool {
	switch k {
	case SingleChoice, MultipleChoice, TrueFalse, FillIn, Ordering, Matching:
		return true
	default:
		return false
	}
}

// Written reports whether the answer is a text that people mark.
func (k Kind) Written() bool { return k == ShortAnswer || k == Calculation || k == Essay }

// Choice reports whether options are chosen.
func (k Kind) Choice() bool { return k == SingleChoice || k == MultipleChoice || k == TrueFalse }

// Zh is the Chinese name of the kind, "单选题"; of an unknown one, itself.
func (k Kind) Zh() string {
	if zh, _ := k.names(); zh != "" {
		return zh
	}
	return string(k)
}

// En is the English name of the kind, "Single choice"; of an unknown one,
// itself.
func (k Kind) En() string {
	if _, en := k.names(); en != "" {
		return en
	}
	return string(k)
}

func (k Kind) names() (zh, en string) {
	switch k {
	case SingleChoice:
		return "单选题", "Single choice"
	case MultipleChoice:
		return "多选题", "Multiple choice"
	case TrueFalse:
		return "判断题", "True or false"
	case FillIn:
		return "填空题", "Fill in"
	case Ordering:
		return "排序题", "Ordering"
	case Matching:
		return "匹配题", "Matching"
	case ShortAnswer:
		return "简答题", "Short answer"
	case Calculation:
		return "计算题", "Calculation"
	case Essay:
		return "论述题", "Essay"
	case Case:
		return "案例分析题", "Case analysis"
	}
	return "", ""
}
