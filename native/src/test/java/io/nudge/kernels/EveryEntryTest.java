package io.nudge.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every entry that ships is run, by the names that native/kernels/README.md gives its parameters: the device reports what touches
 * memory that it must not, reads what nobody wrote, or races.
 */
@EmulatedDevice
class EveryEntryTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1, 0", "3, 5, 7, 2, 1", "33, 31, 40, 3, 1", "64, 32, 16, 5, 0"})
    void runsWithoutAReport(int m, int n, int k, int grid, int before) {
        try (Device device = new Device(m)) {
            Documentation.entries().forEach((name, parameters) -> {
                String file = name.substring(0, name.indexOf(':'));
                String entry = name.substring(name.indexOf(':') + 1);
                Real type = entry.endsWith(Real.F64.suffix) ? Real.F64 : Real.F32;
                List<String> types = Ptx.entries(file).get(entry);
                Arguments arguments = new Arguments(device, type, m, n, k, before);
                Object[] values = new Object[types.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = types.get(i).equals(".f64") ? Double.valueOf(0.5) : arguments.of(parameters.get(i));
                }
                boolean alone = entry.equals("advance");
                device.launch(file, entry, alone ? 1 : grid, alone ? 1 : Device.THREADS, values);
                assertThat(Emulator.counter("launches." + entry)).as(entry).isEqualTo(1);
                device.free();
            });
        }
    }

    /** What fits a parameter's name. */
    private static final class Arguments {
        private final Device device;
        private final Real type;
        private final int before;
        private final Map<String, Integer> numbers = new TreeMap<>();
        private final int most;

        Arguments(Device device, Real type, int m, int n, int k, int before) {
            this.device = device;
            this.type = type;
            this.before = before;
            most = Math.max(m * n, Math.max(m * k, n * k));
            numbers.putAll(Map.of("m", m, "n", n, "k", k, "examples", m, "orderSize", m, "classes", n, "outputs", n));
            numbers.putAll(
                    Map.of("cost", 0, "f", 0, "steps", 1, "penalized", n / 2, "used", 1, "seed", 1, "stream", 2));
        }

        Object of(String parameter) {
            String name = parameter.replaceAll("[!*].*|\\(.*|\\[.*", "");
            if (parameter.contains("(float64)")) {
                return device.reals(Real.F64, 0, 1);
            }
            boolean pointer = !numbers.containsKey(name) || parameter.matches(".*[!*(].*");
            return switch (name) {
                case "order", "labels" -> device.longs(new long[numbers.get("m")]);
                case "position" -> device.longs(0, 0, 0);
                case "fault" -> device.longs(0, 0, 0, 0);
                case "counter" -> device.counters(numbers.get("n") + numbers.get("m"));
                case "tally" -> device.reals(Real.F64, 0, 0, 0, 0);
                case "schedule" -> device.reals(Real.F64, 0, 0.1, 1, 1);
                case "scratch" -> device.room(Real.F64, 0, 64 * most);
                case "state" -> device.reals(type, before, new double[2 * most]);
                default -> pointer ? device.reals(type, before, Numbers.random(type, most, 1)) : numbers.get(name);
            };
        }
    }
}
