package scoring

import "slices"

// readyItem is an item with what marking derives from it once.
type readyItem struct {
	*Item
	keys   [][]string   // Key and Also
	blanks []readyBlank // fill_in
}

type readyBlank struct {
	accept  []string // folded
	cased   bool
	numbers []number
	share   int64 // basis points; those of an item add up to 10000
}

func ready(it *Item) readyItem {
	r := readyItem{Item: it, keys: append([][]string{it.Key}, it.Also...)}
	n := int64(len(it.Blanks))
	for i, b := range it.Blanks {
		rb := readyBlank{cased: b.CaseMatters, share: b.Share}
		for _, text := range b.Accept {
			rb.accept = append(rb.accept, FoldText(text, b.CaseMatters))
		}
		for _, number := range b.Numbers {
			c, _ := compileNumeric(number) // checked before
			rb.numbers = append(rb.numbers, c)
		}
		if equalShares(it.Blanks) {
			rb.share = basisPoints / n
			if i == 0 {
				rb.share += basisPoints % n
			}
		}
		r.blanks = append(r.blanks, rb)
	}
	return r
}

func equalShares(blanks []Gap) bool {
	return !slices.ContainsFunc(blanks, func(b Gap) bool { return b.Share != 0 })
}

// mark values a checked answer.
func (it *readyItem) mark(answer []string) (ItemState, Marks) {
	switch {
	case it.Void == VoidFull:
		return ItemVoid, it.Max
	case it.Void != NotVoid:
		return ItemVoid, 0
	case !slices.ContainsFunc(answer, func(v string) bool { return v != "" }):
		return ItemBlank, 0
	case it.Kind == ItemManual:
		return ItemToMark, 0
	case it.Kind == ItemFillIn:
		return it.grade(it.sharesRight(answer), basisPoints)
	}
	state, marks := ItemWrong, Marks(0)
	for _, key := range it.keys {
		s, m := it.markBy(key, answer)
		if m > marks || s == ItemRight {
			state, marks = s, m
		}
		if s == ItemRight {
			break
		}
	}
	return state, marks
}

// markBy values the answer to an item with options by one of its keys.
func (it *readyItem) markBy(key, answer []string) (ItemState, Marks) {
	switch it.Kind {
	case ItemOrdering:
		return it.grade(followers(key, answer), int64(len(key)-1))
	case ItemMatching:
		right := int64(0)
		for i, k := range key {
			if answer[i] == k {
				right++
			}
		}
		return it.grade(right, int64(len(key)))
	case ItemSingle, ItemMultiple, ItemTrueFalse, ItemFillIn, ItemManual:
	}
	return it.choice(key, answer)
}

// grade gives the share of Max that is right: nothing less than all if the
// policy says all, else rounded half up to 0.01.
func (it *readyItem) grade(right, of int64) (ItemState, Marks) {
	switch {
	case right == of:
		return ItemRight, it.Max
	case right == 0 || it.Policy == PolicyAll:
		return ItemWrong, 0
	}
	return ItemPartial, NewRatio(it.Max, of).Mul(right, 1).Round(1)
}

func (it *readyItem) choice(key, answer []string) (ItemState, Marks) {
	for _, o := range answer {
		if !slices.Contains(key, o) {
			return ItemWrong, 0
		}
	}
	if len(answer) == len(key) {
		return ItemRight, it.Max
	}
	switch it.Policy {
	case PolicyPartial:
		return ItemPartial, it.Partial
	case PolicyPerOption:
		return it.grade(int64(len(answer)), int64(len(key)))
	case PolicyAll, PolicyPerBlank, PolicyPerPair:
	}
	return ItemWrong, 0
}

// followers counts the pairs that follow one another directly in both.
func followers(key, answer []string) (n int64) {
	for i := 1; i < len(key); i++ {
		at := slices.Index(answer, key[i-1])
		if at >= 0 && at+1 < len(answer) && answer[at+1] == key[i] {
			n++
		}
	}
	return n
}

// sharesRight adds up the shares of the blanks that are right.
func (it *readyItem) sharesRight(answer []string) (share int64) {
	for i := range it.blanks {
		if it.blanks[i].accepts(answer[i]) {
			share += it.blanks[i].share
		}
	}
	return share
}

func (b *readyBlank) accepts(text string) bool {
	if slices.Contains(b.accept, FoldText(text, b.cased)) {
		return true
	}
	if len(b.numbers) == 0 {
		return false
	}
	q, ok := ParseQuantity(text)
	return ok && slices.ContainsFunc(b.numbers, func(n number) bool { return n.accepts(q) })
}
