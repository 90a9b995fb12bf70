package assemble_test

import (
	"fmt"

	"github.com/xinglu/xinglu/bank/assemble"
)

// Weights of 5, 20, 42.5 and 32.5 % over a paper of 100 items: two halves are
// left, and the larger weight gets the item.
func ExampleApportion() {
	fmt.Println(assemble.Apportion([]int64{500, 2000, 4250, 3250}, 100))
	// Output: [5 20 43 32]
}
