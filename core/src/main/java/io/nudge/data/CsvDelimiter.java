package io.nudge.data;

import java.io.IOException;
import java.io.Reader;
import java.util.Comparator;
import java.util.List;

/** Finds out what stands between the cells of a table. */
final class CsvDelimiter {
    /** In this order: where decimals are written with a comma, it is the semicolon that stands between cells. */
    private static final List<Character> CANDIDATES = List.of('\t', ';', ',');

    private static final int SAMPLE = 1 << 16;
    private static final int LINES = 20;

    private CsvDelimiter() {}

    /** Looks at the beginning of a text and leaves it as it was. */
    static char find(Reader text) throws IOException {
        text.mark(SAMPLE);
        String sample = read(text);
        text.reset();
        List<String> lines =
                sample.lines().filter(line -> !line.isBlank()).limit(LINES).toList();
        return lines.isEmpty() ? ',' : among(lines.size() > 1 ? lines.subList(0, lines.size() - 1) : lines);
    }

    private static String read(Reader text) throws IOException {
        char[] sample = new char[SAMPLE];
        int length = 0;
        int read = 0;
        while (read >= 0 && length < SAMPLE) {
            read = text.read(sample, length, SAMPLE - length);
            length += Math.max(read, 0);
        }
        return new String(sample, 0, length);
    }

    private static char among(List<String> lines) {
        return CANDIDATES.stream()
                .filter(candidate -> isConsistent(candidate, lines))
                .findFirst()
                .orElseGet(() -> mostFrequent(lines.get(0)));
    }

    /** Whether every line has it, and equally often. */
    private static boolean isConsistent(char candidate, List<String> lines) {
        long count = count(candidate, lines.get(0));
        return count > 0 && lines.stream().allMatch(line -> count(candidate, line) == count);
    }

    private static char mostFrequent(String line) {
        return CANDIDATES.stream()
                .filter(candidate -> count(candidate, line) > 0)
                .max(Comparator.comparingLong(candidate -> count(candidate, line)))
                .orElse(',');
    }

    /** Counts a character outside quotes. */
    private static long count(char wanted, String line) {
        long count = 0;
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            quoted ^= line.charAt(i) == '"';
            count += !quoted && line.charAt(i) == wanted ? 1 : 0;
        }
        return count;
    }
}
