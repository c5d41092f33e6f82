package io.nudge.benchmarks;

import java.util.Iterator;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What the commands' options have in common. */
public final class Words {
    private Words() {}

    /**
     * The word after an option.
     *
     * @param option its name
     * @param rest what is left of the command line
     * @return the next word
     */
    public static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value; see --help");
        }
        return rest.next();
    }

    /**
     * A regular expression, whatever the case of letters.
     *
     * @param option whose value it is
     * @param text the expression
     * @return compiled
     */
    public static Pattern pattern(String option, String text) {
        try {
            return Pattern.compile(text, Pattern.CASE_INSENSITIVE);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(option + " needs a regular expression, and '" + text + "' is none", e);
        }
    }
}
