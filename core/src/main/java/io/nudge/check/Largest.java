package io.nudge.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Which of many matter most, in order of size; all of them, in their own order, where they are few. */
final class Largest {
    private Largest() {}

    static int[] of(int count, int most, IntToDoubleFunction value) {
        if (count <= most) {
            return IntStream.range(0, count).toArray();
        }
        // The smallest of those kept is at the head; of equal ones the later goes first. NaN counts as largest.
        Comparator<Integer> bySize = Comparator.comparingDouble(i -> Math.abs(value.applyAsDouble(i)));
        Comparator<Integer> order = bySize.thenComparing(Comparator.reverseOrder());
        PriorityQueue<Integer> kept = new PriorityQueue<>(most + 1, order);
        for (int i = 0; i < count; i++) {
            kept.add(i);
            if (kept.size() > most) {
                kept.remove();
            }
        }
        List<Integer> chosen = new ArrayList<>(kept);
        chosen.sort(order.reversed());
        return chosen.stream().mapToInt(i -> i).toArray();
    }

    /** All that are not among the chosen. */
    static IntStream others(int count, int[] chosen) {
        List<Integer> shown = IntStream.of(chosen).boxed().toList();
        return IntStream.range(0, count).filter(i -> !shown.contains(i));
    }
}
