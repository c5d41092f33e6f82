package io.nudge.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What part of a multiprocessor works on an instruction. */
class InstructionClassTest {
    @ParameterizedTest
    @CsvSource({
        "fma.rn.f32, FLOAT32",
        "add.f32, FLOAT32",
        "mul.rn.ftz.f32, FLOAT32",
        "max.f32, OTHER",
        "add.f64, FLOAT64",
        "cvt.f64.f32, FLOAT64",
        "cvt.rn.f32.f64, FLOAT64",
        "setp.gt.f64, FLOAT64",
        "mov.f64, OTHER",
        "selp.f64, OTHER",
        "ex2.approx.ftz.f32, SPECIAL",
        "div.rn.f32, SPECIAL",
        "rsqrt.approx.f32, SPECIAL",
        "div.s32, OTHER",
        "ld.global.v4.f32, MEMORY",
        "ld.global.f64, MEMORY",
        "st.shared.f32, MEMORY",
        "atom.global.inc.u32, MEMORY",
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32, TENSOR",
        "ld.param.u64, OTHER",
        "mul.lo.s64, OTHER",
        "bar.sync, OTHER",
        "bra, OTHER"
    })
    void followsFromTheInstruction(String kind, InstructionClass expected) {
        assertThat(InstructionClass.of(kind)).isEqualTo(expected);
    }
}
