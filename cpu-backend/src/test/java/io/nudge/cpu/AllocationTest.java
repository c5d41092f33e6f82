package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.cpu.CpuOptions.ProductChoice;
import io.nudge.tensor.DType;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A training step in steady state makes no objects: that is what keeps the garbage collector out of training. */
class AllocationTest {
    static Stream<Arguments> ways() {
        return Stream.of(
                Arguments.of(new CpuOptions(1, ProductChoice.JAVA, false), DType.FLOAT32),
                Arguments.of(new CpuOptions(1, ProductChoice.JAVA, false), DType.FLOAT64),
                Arguments.of(new CpuOptions(2, ProductChoice.AUTO, true), DType.FLOAT32),
                Arguments.of(new CpuOptions(2, ProductChoice.OPENBLAS, true), DType.FLOAT32),
                Arguments.of(new CpuOptions(2, ProductChoice.OPENBLAS, true), DType.FLOAT64));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aRecordedStepAllocatesNothing(CpuOptions options, DType type) {
        assertThat(Allocation.ofSteps(options, type))
                .as("bytes allocated in %d steps", Allocation.MEASURED)
                .isZero();
    }
}
