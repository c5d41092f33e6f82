package io.nudge.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nudge.benchmarks.device.DeviceSheet.Arithmetic;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The figures of data sheets fit together. */
class DeviceSheetTest {
    static List<DeviceSheet> all() {
        return DeviceSheet.all();
    }

    private static DeviceSheet named(String name) {
        return all().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theseDevicesAreKnown() {
        assertThat(all())
                .extracting(DeviceSheet::name)
                .containsExactly("H100 SXM", "H200 SXM", "A100 SXM 80GB", "L4", "RTX 4090", "RTX 3060", "T4");
    }

    /** Two operations in each lane and cycle. */
    @ParameterizedTest
    @MethodSource("all")
    void theRateOfFloat32IsThatOfLanesAndClock(DeviceSheet device) {
        double lanes = (double) device.architecture().float32Lanes() * device.multiprocessors();
        assertThat(device.rate()).isCloseTo(2 * lanes * device.clock(), Percentage.withPercentage(1));
    }

    @ParameterizedTest
    @MethodSource("all")
    void tensorCoresAreAtLeastAsFast(DeviceSheet device) {
        for (Arithmetic each : Arithmetic.values()) {
            device.rates()
                    .get(each)
                    .ifPresent(rate -> assertThat(rate).as("%s", each).isGreaterThanOrEqualTo(device.rate() * 0.98));
        }
    }

    @Test
    void devicesBeforeAmpereHaveNoTf32AndNoBfloat16() {
        DeviceSheet turing = named("T4");
        assertThat(turing.rates().get(Arithmetic.TF32)).isEmpty();
        assertThat(turing.rates().get(Arithmetic.BFLOAT16)).isEmpty();
        assertThat(turing.rates().get(Arithmetic.FLOAT16)).hasValue(65e12);
    }

    @Test
    void unitsAreThoseOfTheModel() {
        DeviceSheet hopper = named("H100 SXM");
        assertThat(hopper.clock()).isEqualTo(1.98e9);
        assertThat(hopper.bandwidth()).isCloseTo(3.352e12, within(1e6));
        assertThat(hopper.cache()).isEqualTo(50 * 1024 * 1024);
    }
}
