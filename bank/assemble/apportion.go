package assemble

import (
	"cmp"
	"math/bits"
	"slices"
)

// Apportion shares out n whole things by weights with the method of largest
// remainders (Hamilton): everyone gets the whole part of weight × n / Σ
// weights, and what is left goes to the largest remainders; equal remainders
// to the larger weight, then to the earlier place. Weights are not negative;
// when all are 0, so is the result.
func Apportion(weights []int64, n int) []int {
	got := make([]int, len(weights))
	var sum uint64
	for _, w := range weights {
		sum += uint64(w)
	}
	if sum == 0 || n <= 0 {
		return got
	}
	rest := make([]uint64, len(weights))
	order := make([]int, len(weights))
	left := n
	for i, w := range weights {
		hi, lo := bits.Mul64(uint64(w), uint64(n))
		whole, r := bits.Div64(hi, lo, sum)
		got[i], rest[i], order[i] = int(whole), r, i
		left -= int(whole)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(rest[b], rest[a]), cmp.Compare(weights[b], weights[a]))
	})
	for _, i := range order[:left] {
		got[i]++
	}
	return got
}
