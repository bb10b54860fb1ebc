package llvm

import (
	"fmt"

	"slipher/codegen/target"
)

// warmModule has a bit of everything that segments consist of: loops with
// branches, 64 and 128-bit arithmetic with overflow checks, vectorisable loops,
// calls. What LLVM needs for it is paged in and allocated when it is done.
func warmModule(t target.Target) string {
	return fmt.Sprintf("target datalayout = %q\ntarget triple = %q\n%s", t.DataLayout, t.Triple, warmBody)
}

const warmBody = `
declare i64 @kernel(i8*, i64)
declare { i64, i1 } @llvm.smul.with.overflow.i64(i64, i64)
declare { i64, i1 } @llvm.sadd.with.overflow.i64(i64, i64)

define i32 @checked(i64* %a, i64* %b, i64* %out, i8* %table, i64 %n) nounwind {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %next ]
  %pa = getelementptr i64, i64* %a, i64 %i
  %pb = getelementptr i64, i64* %b, i64 %i
  %va = load i64, i64* %pa
  %vb = load i64, i64* %pb
  %keep = icmp slt i64 %va, 1000
  br i1 %keep, label %take, label %next
take:
  %m = call { i64, i1 } @llvm.smul.with.overflow.i64(i64 %va, i64 %vb)
  %mv = extractvalue { i64, i1 } %m, 0
  %mo = extractvalue { i64, i1 } %m, 1
  br i1 %mo, label %fail, label %add
add:
  %po = getelementptr i64, i64* %out, i64 %i
  %s = call { i64, i1 } @llvm.sadd.with.overflow.i64(i64 %mv, i64 7)
  %sv = extractvalue { i64, i1 } %s, 0
  %so = extractvalue { i64, i1 } %s, 1
  br i1 %so, label %fail, label %store
store:
  store i64 %sv, i64* %po
  %h = mul i64 %sv, -7046029254386353131
  %hs = lshr i64 %h, 32
  %g = call i64 @kernel(i8* %table, i64 %hs)
  %gp = getelementptr i64, i64* %out, i64 %g
  %wide.a = sext i64 %va to i128
  %wide.b = sext i64 %g to i128
  %wide = mul i128 %wide.a, %wide.b
  %wp = bitcast i64* %gp to i128*
  %old = load i128, i128* %wp, align 16
  %sum = add i128 %old, %wide
  store i128 %sum, i128* %wp, align 16
  br label %next
next:
  %i.next = add i64 %i, 1
  %more = icmp slt i64 %i.next, %n
  br i1 %more, label %loop, label %done
done:
  ret i32 0
fail:
  ret i32 7
}

define void @vector(i32* noalias %a, double* noalias %d, i8* noalias %mask, i64 %n) nounwind {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
  %pa = getelementptr i32, i32* %a, i64 %i
  %pd = getelementptr double, double* %d, i64 %i
  %pm = getelementptr i8, i8* %mask, i64 %i
  %va = load i32, i32* %pa
  %vd = load double, double* %pd
  %f = sitofp i32 %va to double
  %x = fmul double %vd, %f
  %c = fcmp olt double %x, 1.0e3
  %z = zext i1 %c to i8
  store i8 %z, i8* %pm
  store double %x, double* %pd
  %i.next = add i64 %i, 1
  %more = icmp slt i64 %i.next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}
`
