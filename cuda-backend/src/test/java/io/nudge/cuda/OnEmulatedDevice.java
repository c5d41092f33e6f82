package io.nudge.cuda;

import io.nudge.emulator.Emulator;
import io.nudge.emulator.Report;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/**
 * Puts each property on a fresh emulated device, and fails it if that reports anything, leaks included. What
 * {@code @EmulatedDevice} does for the tests of JUnit, whose extensions jqwik does not call. With {@code
 * -Dnudge.device=real} they run on the machine's own device, and without the emulator's checks.
 */
class OnEmulatedDevice implements AroundPropertyHook, SkipExecutionHook {
    /** Outside of the hook that opens and closes the backend. */
    private static final int OUTSIDE = -50;

    /** The device's compute capability. */
    String capability() {
        return "9.0";
    }

    /** Whether its cuBLAS keeps out what is in a and b where alpha is 0; that of CUDA 13 does not. */
    boolean zeroKeepsOut() {
        return true;
    }

    @Override
    public SkipResult shouldBeSkipped(LifecycleContext context) {
        return Emulator.isLeftOut() || Emulator.isAvailable()
                ? SkipResult.doNotSkip()
                : SkipResult.skip("the emulated device was not built");
    }

    @Override
    public int aroundPropertyProximity() {
        return OUTSIDE;
    }

    @Override
    public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
        if (Emulator.isLeftOut()) {
            return property.execute();
        }
        Emulator.load();
        Emulator.defaults();
        Emulator.set("capability", capability());
        Emulator.set("cublas.zero", Boolean.toString(zeroKeepsOut()));
        Emulator.set("seed", System.getProperty("nudge.emulator.seed", "1"));
        Emulator.reset();
        PropertyExecutionResult result = property.execute();
        Emulator.drain();
        Emulator.checkLeaks();
        List<Report> reports = Emulator.takeReports();
        Emulator.reset();
        if (reports.isEmpty() || result.status() != PropertyExecutionResult.Status.SUCCESSFUL) {
            return result;
        }
        return result.mapToFailed(new AssertionError("The emulated device reports:\n"
                + reports.stream().map(Report::toString).collect(Collectors.joining("\n"))));
    }
}
