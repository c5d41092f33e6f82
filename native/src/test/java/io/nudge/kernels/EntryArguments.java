package io.nudge.kernels;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What fits the names of an entry's parameters, in shapes of m, n and k. */
final class EntryArguments {
    /** What is in every element of a copy of 16 bits that no kernel has stored. */
    static final short UNTOUCHED = 0x1234;

    private final Device device;
    private final Real type;
    private final int before;
    private final int beforeCopy;
    private final Map<String, Integer> numbers = new TreeMap<>();
    private final int most;

    EntryArguments(Device device, Real type, int m, int n, int k, int before, int beforeCopy) {
        this.device = device;
        this.type = type;
        this.before = before;
        this.beforeCopy = beforeCopy;
        most = Math.max(m * n, Math.max(m * k, n * k));
        numbers.putAll(Map.of("m", m, "n", n, "k", k, "examples", m, "orderSize", m, "classes", n, "outputs", n));
        numbers.putAll(Map.of("part", k, "parts", 1));
        numbers.putAll(Map.of("cost", 0, "f", 0, "steps", 1, "penalized", n / 2, "used", 1, "seed", 1, "stream", 2));
    }

    private Object of(String parameter) {
        String name = parameter.replaceAll("[!*].*|\\(.*|\\[.*", "");
        if (parameter.contains("(float64)")) {
            return device.reals(Real.F64, 0, 1);
        }
        boolean pointer = !numbers.containsKey(name) || parameter.matches(".*[!*(].*");
        return switch (name) {
            case "order", "labels" -> device.longs(new long[numbers.get("m")]);
            case "position" -> device.longs(0, 0, 0, 0, 0, 0);
            case "fault" -> device.longs(0, 0, 0, 0);
            case "counter" -> device.counters(numbers.get("n") + numbers.get("m"));
            case "stored" -> device.halves(beforeCopy, most, UNTOUCHED);
            case "tally" -> device.reals(Real.F64, 0, 0, 0, 0);
            case "schedule" -> device.reals(Real.F64, 0, 0.1, 1, 1);
            case "factors" -> device.reals(type, before, 0.5, 0.25);
            case "scratch" -> device.room(Real.F64, 0, 64 * most);
            case "state" -> device.reals(type, before, new double[2 * most]);
            default -> pointer ? device.reals(type, before, Numbers.random(type, most, 1)) : numbers.get(name);
        };
    }

    /** Launches an entry as {@link Documentation#entries} names it; gives what its parameters point to, by name. */
    Map<String, Memory> launch(String name, int grid) {
        String file = name.substring(0, name.indexOf(':'));
        String entry = name.substring(name.indexOf(':') + 1);
        List<String> parameters = Documentation.entries().get(name);
        List<String> types = Ptx.entries(file).get(entry);
        Map<String, Memory> arrays = new TreeMap<>();
        Object[] values = new Object[types.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = types.get(i).equals(".f64") ? Double.valueOf(0.5) : of(parameters.get(i));
            if (values[i] instanceof Memory memory) {
                arrays.put(parameters.get(i).replaceAll("[!*(].*", ""), memory);
            }
        }
        boolean alone = entry.equals("advance");
        device.launch(file, entry, alone ? 1 : grid, alone ? 1 : Device.THREADS, values);
        return arrays;
    }
}
