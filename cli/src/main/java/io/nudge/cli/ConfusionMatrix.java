package io.nudge.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** How often each class was taken for each. */
final class ConfusionMatrix {
    private static final int WIDEST = 110;
    private static final int LONGEST_NAME = 14;
    private static final int MISTAKES_TOLD = 10;

    private final List<String> names;
    private final int[][] counts;

    ConfusionMatrix(List<String> names) {
        this.names = List.copyOf(names);
        this.counts = new int[names.size()][names.size()];
    }

    void add(int truth, int answer) {
        counts[truth][answer]++;
    }

    int correct() {
        return IntStream.range(0, counts.length).map(i -> counts[i][i]).sum();
    }

    int total() {
        return IntStream.range(0, counts.length).map(this::total).sum();
    }

    double accuracy() {
        return (double) correct() / total();
    }

    private int total(int truth) {
        return Arrays.stream(counts[truth]).sum();
    }

    /** The share of the examples of a class that were answered right; NaN if there are none. */
    private double accuracy(int truth) {
        return total(truth) == 0 ? Double.NaN : (double) counts[truth][truth] / total(truth);
    }

    /** As a table, true classes down and answers across; where that is too wide, as a list. */
    List<String> lines() {
        int name =
                names.stream().mapToInt(each -> shortened(each).length()).max().orElse(1);
        int largest = Arrays.stream(counts).flatMapToInt(Arrays::stream).max().orElse(0);
        int cell = Math.max(name, Integer.toString(largest).length()) + 2;
        int left = Math.max(name, "true".length());
        return left + cell * names.size() + 12 > WIDEST ? list(left) : table(left, cell);
    }

    private List<String> table(int left, int cell) {
        List<String> lines = new ArrayList<>();
        lines.add(" ".repeat(left) + "  answered");
        StringBuilder head = new StringBuilder(pad("true", left));
        names.forEach(each -> head.append(Text.format("%" + cell + "s", shortened(each))));
        lines.add(head + "    accuracy");
        for (int truth = 0; truth < counts.length; truth++) {
            StringBuilder line = new StringBuilder(pad(shortened(names.get(truth)), left));
            for (int count : counts[truth]) {
                line.append(Text.format("%" + cell + "s", count == 0 ? "." : Integer.toString(count)));
            }
            lines.add(line + Text.format("%12s", Text.percent(accuracy(truth))));
        }
        return lines;
    }

    private List<String> list(int left) {
        List<String> lines = new ArrayList<>();
        lines.add(pad("class", left) + "    accuracy");
        for (int truth = 0; truth < counts.length; truth++) {
            lines.add(pad(shortened(names.get(truth)), left)
                    + Text.format(
                            "%12s  (%,d of %,d)", Text.percent(accuracy(truth)), counts[truth][truth], total(truth)));
        }
        List<Mistake> mistakes = mistakes();
        if (!mistakes.isEmpty()) {
            lines.add("");
            lines.add("most frequent mistakes");
            mistakes.stream().limit(MISTAKES_TOLD).forEach(each -> lines.add(each.toString()));
        }
        return lines;
    }

    private record Mistake(String truth, String answer, int count) {
        @Override
        public String toString() {
            return Text.format("%6d  %s taken for %s", count, truth, answer);
        }
    }

    private List<Mistake> mistakes() {
        List<Mistake> mistakes = new ArrayList<>();
        for (int truth = 0; truth < counts.length; truth++) {
            for (int answer = 0; answer < counts.length; answer++) {
                if (truth != answer && counts[truth][answer] > 0) {
                    mistakes.add(new Mistake(names.get(truth), names.get(answer), counts[truth][answer]));
                }
            }
        }
        mistakes.sort(Comparator.comparingInt(Mistake::count).reversed());
        return mistakes;
    }

    private static String shortened(String name) {
        String visible = Text.visible(name);
        return visible.length() <= LONGEST_NAME ? visible : visible.substring(0, LONGEST_NAME - 1) + "…";
    }

    private static String pad(String text, int width) {
        return Text.format("%-" + width + "s", text);
    }

    /** Puts classes, counts and the accuracy of each class into an object. */
    void into(Map<String, Object> row) {
        row.put("classes", names);
        row.put("confusion", counts);
        row.put(
                "classAccuracy",
                IntStream.range(0, counts.length)
                        .mapToObj(truth -> Json.number(accuracy(truth)))
                        .toList());
    }
}
