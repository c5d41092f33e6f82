package io.nudge.cpu;

/** Small products go one way, large ones another, but for those too large to be copied. */
final class TieredMultiplier implements Multiplier {
    private final long largeFrom;
    private final Multiplier small;
    private final Multiplier large;

    TieredMultiplier(long largeFrom, Multiplier small, Multiplier large) {
        this.largeFrom = largeFrom;
        this.small = small;
        this.large = large;
    }

    @Override
    public String name() {
        return large.name() + " for large products, else " + small.name();
    }

    @Override
    public void multiply(Product p) {
        boolean isLarge = p.work() >= largeFrom && p.largest() <= OpenBlas.LARGEST;
        (isLarge ? large : small).multiply(p);
    }

    @Override
    public void close() {
        small.close();
        large.close();
    }
}
