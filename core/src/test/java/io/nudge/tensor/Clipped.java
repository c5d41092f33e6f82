package io.nudge.tensor;

import io.nudge.math.Descent;

/** Gradients clipped as a {@link Descent} says, each of which may be off. */
final class Clipped {
    private final Rounding r;

    Clipped(Rounding rounding) {
        this.r = rounding;
    }

    Rounded[] of(Rounded[] gradients, Descent rule) {
        Rounded[] limited = rule.clipsValues() ? limited(gradients, rule.clipValue()) : gradients;
        return rule.clipsNorm() ? shortened(limited, rule.clipNorm()) : limited;
    }

    /** The nearest number within ±limit moves no farther than the number; the limit is rounded to the type. */
    private Rounded[] limited(Rounded[] gradients, double limit) {
        Rounded[] limited = new Rounded[gradients.length];
        for (int i = 0; i < limited.length; i++) {
            double value = Math.max(-limit, Math.min(limit, gradients[i].value()));
            limited[i] = r.rounded(value, gradients[i].error(), 1);
        }
        return limited;
    }

    /** Times min(1, limit / norm). The norm comes of a sum in float64; that of this type errs more. */
    private Rounded[] shortened(Rounded[] gradients, double limit) {
        Rounded[] squares = new Rounded[gradients.length];
        for (int i = 0; i < squares.length; i++) {
            squares[i] = r.times(gradients[i], gradients[i]);
        }
        Rounded norm = r.sqrt(r.sum(squares));
        if (norm.value() + norm.error() < limit) {
            return gradients;
        }
        Rounded factor = r.over(r.constant(limit), norm).atMost(1);
        Rounded[] shortened = new Rounded[gradients.length];
        for (int i = 0; i < shortened.length; i++) {
            shortened[i] = r.times(factor, gradients[i]);
        }
        return shortened;
    }
}
