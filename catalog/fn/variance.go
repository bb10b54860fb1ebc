package fn

import "slipher/catalog/types"

// varianceGroup is how a variance is read off the state of its accumulator (codegen/subop, "moments").
func varianceGroup() Group {
	return Group{
		Ops: []*Op{{Name: "variance", Shapes: []Shape{shape(str, i32, i32, f64)}, MayFail: true, Emit: kernelErr("slp_variance"),
			Doc: "The variance of a state's values: over their number less the second operand, which it must exceed; scale of decimals."}},
		Kernels: []*Kernel{{Name: "slp_variance", Args: []types.Phys{str, i32, i32}, Result: f64, Err: true, Pure: true,
			Doc: "The variance of a state's values."}},
	}
}
