package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/xinglu/xinglu/internal/fault"
)

var errClosed = fault.New(fault.Gone, "attempt_closed", "the attempt is closed")

func TestIsComparesCodes(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("save a7: %w", errClosed.Param("at", 5).With(fault.Field{Path: "answers[0]"}).Wrap(io.EOF))
	if !errors.Is(err, errClosed) {
		t.Error("a wrapped copy with fields and cause is not its sentinel")
	}
	if !errors.Is(err, io.EOF) {
		t.Error("the cause is lost")
	}
	if errors.Is(err, fault.New(fault.Gone, "other", "x")) {
		t.Error("another code matches")
	}
	if errClosed.Params != nil || errClosed.Fields != nil {
		t.Error("the sentinel was changed by its copies")
	}
}

func TestKindAndCodeOfPlainErrors(t *testing.T) {
	t.Parallel()
	if k := fault.KindOf(io.EOF); k != fault.Internal {
		t.Errorf("KindOf(io.EOF) = %v, want internal", k)
	}
	if c := fault.CodeOf(io.EOF); c != "internal" {
		t.Errorf("CodeOf(io.EOF) = %q", c)
	}
	if k := fault.KindOf(fmt.Errorf("x: %w", errClosed)); k != fault.Gone {
		t.Errorf("KindOf wrapped = %v, want gone", k)
	}
}

func ExampleError() {
	errMark := fault.New(fault.Invalid, "mark_above_max", "a mark is above the aspect's maximum")
	err := errMark.With(fault.Field{Path: "entries[2].value", Code: "mark_above_max", Message: "12.50 is above 10.00"})
	fmt.Println(err)
	fmt.Println(fault.KindOf(err), fault.CodeOf(err))
	// Output:
	// a mark is above the aspect's maximum; entries[2].value: 12.50 is above 10.00
	// invalid mark_above_max
}
