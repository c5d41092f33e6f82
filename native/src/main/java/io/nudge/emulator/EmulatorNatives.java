package io.nudge.emulator;

/** The functions of libemujni.so. */
final class EmulatorNatives {
    private EmulatorNatives() {}

    static native boolean set(String name, String value);

    static native void defaults();

    static native void reset();

    static native void checkLeaks();

    static native void drain();

    static native int reportCount();

    static native String reportKind(int index);

    static native String reportText(int index);

    static native void clearReports();

    static native long counter(String name);

    static native String counters();

    static native void clearCounters();

    static native void fail(String call, long nth, int code);
}
