package io.nudge.cli;

/**
 * Two measurements of the same work. They differ if the middle halves of their rounds do not meet; else what lies between
 * them is noise.
 *
 * @param now the later one
 * @param before the earlier one
 */
record Comparison(Rounds now, Rounds before) {
    double ratio() {
        return now.median() / before.median();
    }

    String verdict() {
        if (now.lower() > before.upper()) {
            return "faster";
        }
        return now.upper() < before.lower() ? "slower" : "noise";
    }

    /** In one line, with the name of what it is compared with. */
    String text(String name) {
        return Text.format(
                "%s: %.2f times the speed of %s (now %s; before %s)",
                verdict(), ratio(), name, now.spread(), before.spread());
    }
}
