package io.nudge.check;

import io.nudge.check.Explanation.Derivative;

/** Lines of text, and of numbers in two columns: by backpropagation, by a nudge. */
final class Page {
    private static final int FORMULA = 60;
    private static final int LEFT = 19;
    private static final int RIGHT = 21;

    private final StringBuilder text = new StringBuilder();

    void line(String line) {
        text.append(line.stripTrailing()).append('\n');
    }

    void line() {
        line("");
    }

    /** Fills lines with words. */
    void paragraph(String words) {
        StringBuilder line = new StringBuilder();
        for (String word : words.split(" ", -1)) {
            if (line.length() + 1 + word.length() > Text.WIDTH) {
                line(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        line(line.toString());
    }

    void header(String left, double nudge) {
        line(Text.left(left, FORMULA)
                + Text.right("by backpropagation", LEFT)
                + Text.right("by a nudge of " + Text.brief(nudge), RIGHT));
    }

    /** With the equals sign in a given column. */
    void equation(String left, int width, String right, Derivative derivative) {
        numbers(Text.left(left, width) + " = " + right, derivative);
    }

    void numbers(String formula, Derivative derivative) {
        line(Text.left(formula, FORMULA)
                + Text.right(Text.number(derivative.byBackpropagation()), LEFT)
                + Text.right(Text.number(derivative.byNudge()), RIGHT));
    }

    void number(String formula, double value) {
        line(Text.left(formula, FORMULA) + Text.right(Text.number(value), LEFT));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
