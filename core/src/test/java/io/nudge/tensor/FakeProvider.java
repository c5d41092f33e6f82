package io.nudge.tensor;

import java.util.List;
import java.util.stream.IntStream;

/** Providers for {@link BackendsTest}, which names them in a class loader of its own: no other test sees them. */
public abstract class FakeProvider implements BackendProvider {
    private final String name;
    private final int preference;
    private final int devices;

    FakeProvider(String name, int preference, int devices) {
        this.name = name;
        this.preference = preference;
        this.devices = devices;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int preference() {
        return preference;
    }

    @Override
    public Availability probe() {
        List<Device> found = IntStream.range(0, devices)
                .mapToObj(i -> new OracleBackend(i).device())
                .toList();
        return new Availability(name, found, devices == 0 ? "no abacus was found; buy one" : "counts beads");
    }

    @Override
    public Backend open(int ordinal) {
        return new OracleBackend(ordinal);
    }

    /** The slow one that is always there. */
    public static final class Paper extends FakeProvider {
        /** One device. */
        public Paper() {
            super("paper", 0, 1);
        }
    }

    /** The fast one, with two devices. */
    public static final class Abacus extends FakeProvider {
        /** Two devices. */
        public Abacus() {
            super("abacus", 5, 2);
        }
    }

    /** The best one, which is not there. */
    public static final class Missing extends FakeProvider {
        /** No device. */
        public Missing() {
            super("missing", 9, 0);
        }
    }

    /** One that fails when it is looked for. */
    public static final class Crashing extends FakeProvider {
        /** One device, were it found. */
        public Crashing() {
            super("crashing", 20, 1);
        }

        @Override
        public Availability probe() {
            throw new UnsatisfiedLinkError("libbeads.so: wrong version");
        }
    }

    /** One that is found, and taken by another when it is opened. */
    public static final class Taken extends FakeProvider {
        /** One device. */
        public Taken() {
            super("taken", 21, 1);
        }

        @Override
        public Backend open(int ordinal) {
            throw new BackendUnavailableException("the beads are in use; wait");
        }
    }

    /** The very best, and a toy. */
    public static final class Toy extends FakeProvider {
        /** One device. */
        public Toy() {
            super("toy", 50, 1);
        }

        @Override
        public boolean isAutomatic() {
            return false;
        }
    }

    /** A toy that is not there. */
    public static final class LostToy extends FakeProvider {
        /** No device. */
        public LostToy() {
            super("losttoy", 50, 0);
        }

        @Override
        public boolean isAutomatic() {
            return false;
        }
    }

    /** One that cannot even be made. */
    public static final class Broken extends FakeProvider {
        /** Fails. */
        public Broken() {
            super("broken", 99, 1);
            throw new UnsatisfiedLinkError("no abacus in java.library.path");
        }
    }
}
