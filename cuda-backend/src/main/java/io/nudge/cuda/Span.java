package io.nudge.cuda;

/** Some neighbouring elements, or none; those from {@code from} on, before {@code to}. */
final class Span {
    private long from;
    private long to;

    void clear() {
        from = 0;
        to = 0;
    }

    void set(long newFrom, long newTo) {
        from = newFrom;
        to = newTo;
    }

    boolean isEmpty() {
        return from >= to;
    }

    boolean covers(long otherFrom, long otherTo) {
        return otherFrom >= otherTo || (from <= otherFrom && otherTo <= to);
    }

    /** Whether all of it is in another. */
    boolean isWithin(Span other) {
        return other.covers(from, to);
    }

    /** Adds others. Where there is a gap between, only the others stay. */
    void add(long otherFrom, long otherTo) {
        if (otherFrom >= otherTo) {
            return;
        }
        if (isEmpty() || otherTo < from || to < otherFrom) {
            set(otherFrom, otherTo);
        } else {
            set(Math.min(from, otherFrom), Math.max(to, otherTo));
        }
    }

    void add(Span other) {
        add(other.from, other.to);
    }

    /** Adds others, and what is between. */
    void stretch(long otherFrom, long otherTo) {
        if (isEmpty()) {
            set(otherFrom, otherTo);
        } else if (otherFrom < otherTo) {
            set(Math.min(from, otherFrom), Math.max(to, otherTo));
        }
    }

    /** Takes some away. What they cut in two keeps its larger part. */
    void take(long otherFrom, long otherTo) {
        if (otherFrom >= otherTo || otherTo <= from || to <= otherFrom) {
            return;
        }
        if (otherFrom - from >= to - otherTo) {
            to = otherFrom;
        } else {
            from = otherTo;
        }
    }

    void take(Span other) {
        take(other.from, other.to);
    }
}
