package io.nudge.math;

/**
 * The dynamic loss scale of mixed precision (Micikevicius et al., "Mixed Precision Training", ICLR 2018): δ is multiplied
 * by 2ᵏ, so that small gradients do not vanish in a narrow type, and gradients are divided by it before they are used. If
 * any gradient is not finite the step is skipped and the scale halved; after {@value #PERIOD} steps without that it is
 * doubled. A power of two rounds nothing.
 *
 * <p>Stateless and thread-safe.
 */
public final class LossScale {
    /** The k that a run begins with. */
    public static final int INITIAL = 16;

    /** The largest k. */
    public static final int LARGEST = 24;

    /** So many steps without overflow make the scale grow. */
    public static final int PERIOD = 2000;

    private LossScale() {}
}
