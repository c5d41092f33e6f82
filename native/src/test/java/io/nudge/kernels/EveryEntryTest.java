package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every entry that ships is run, by the names that native/kernels/README.md gives its parameters: the device reports what touches
 * memory that it must not, reads what nobody wrote, or races. Whole steps want a layout of shared memory that only the host makes, and
 * several layers a description of each: they are run by the specification of the CUDA backend.
 */
@EmulatedDevice
class EveryEntryTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1, 0", "3, 5, 7, 2, 1", "33, 31, 40, 3, 1", "64, 32, 16, 5, 0"})
    void runsWithoutAReport(int m, int n, int k, int grid, int before) {
        try (Device device = new Device(m)) {
            Documentation.entries().keySet().stream()
                    .filter(name -> !name.matches(".*(whole_steps|_layers).*"))
                    .forEach(name -> {
                        String entry = name.substring(name.indexOf(':') + 1);
                        Real type = entry.endsWith(Real.F64.suffix) ? Real.F64 : Real.F32;
                        new EntryArguments(device, type, m, n, k, before, before).launch(name, grid);
                        assertThat(Emulator.counter("launches." + entry))
                                .as(entry)
                                .isEqualTo(1);
                        device.free();
                    });
        }
    }
}
