package io.nudge.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.cpu.CpuOptions.ProductChoice;
import io.nudge.tensor.Availability;
import io.nudge.tensor.BackendUnavailableException;
import io.nudge.tensor.Backends;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuOptionsTest {
    @BeforeEach
    @AfterEach
    void forget() {
        System.clearProperty(CpuOptions.THREADS);
        System.clearProperty(CpuOptions.PRODUCT);
        System.clearProperty(CpuOptions.VECTORS);
    }

    @Test
    void theDefaultIsTheWholeMachine() {
        assertThat(CpuOptions.fromProperties())
                .isEqualTo(new CpuOptions(Runtime.getRuntime().availableProcessors(), ProductChoice.AUTO, true));
    }

    @Test
    void propertiesChoose() {
        System.setProperty(CpuOptions.THREADS, "3");
        System.setProperty(CpuOptions.PRODUCT, "java");
        System.setProperty(CpuOptions.VECTORS, "off");
        assertThat(CpuOptions.fromProperties()).isEqualTo(new CpuOptions(3, ProductChoice.JAVA, false));
    }

    @ParameterizedTest
    @CsvSource({
        "nudge.cpu.threads, 0, 1 to 9999",
        "nudge.cpu.threads, many, auto",
        "nudge.cpu.product, mkl, openblas",
        "nudge.cpu.vectors, on, off"
    })
    void aWrongValueIsRefusedWithThoseThatAreRight(String property, String value, String choice) {
        System.setProperty(property, value);
        assertThatThrownBy(CpuOptions::fromProperties)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(property)
                .hasMessageContaining("'" + value + "'")
                .hasMessageContaining(choice);
        Availability found = new CpuProvider().probe();
        assertThat(found.isAvailable()).isFalse();
        assertThat(found.reason()).contains(property);
        assertThatThrownBy(() -> Backends.open("cpu"))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining(property);
    }

    @Test
    void thereMustBeAThread() {
        assertThatThrownBy(() -> new CpuOptions(0, ProductChoice.AUTO, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1");
    }
}
