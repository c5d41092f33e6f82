package io.nudge.tensor;

/**
 * A number, and how far from it a backend's may be that went the same way in the arithmetic of a tensor's type.
 *
 * @param value as exact arithmetic would have it (computed in float64)
 * @param error the most by which the computed number may differ; infinite where nothing can be said
 */
record Rounded(double value, double error) {
    /** The larger of two allowances for the same number: a backend may compute it either way. */
    Rounded or(Rounded other) {
        return new Rounded(value, Math.max(error, other.error));
    }

    Rounded negated() {
        return new Rounded(-value, error);
    }

    Rounded absolute() {
        return new Rounded(Math.abs(value), error);
    }

    /** The larger of this and an exact number: max is 1-Lipschitz, so the error stays. */
    Rounded atLeast(double least) {
        return new Rounded(Math.max(value, least), error);
    }

    /** The smaller of this and an exact number. Where it is surely the exact number, nothing is left of the error. */
    Rounded atMost(double most) {
        return new Rounded(Math.min(value, most), value - error > most ? 0 : error);
    }
}
