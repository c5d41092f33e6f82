package io.nudge.emulator;

import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** What {@link EmulatedDevice} does. */
final class EmulatedDeviceExtension
        implements ExecutionCondition, BeforeEachCallback, InvocationInterceptor, AfterEachCallback {
    private static final String SEED = "nudge.emulator.seed";
    private static final String REQUIRED = "nudge.emulator";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (Emulator.isLeftOut()) {
            return ConditionEvaluationResult.enabled("runs on the machine's own device");
        }
        if (Emulator.isAvailable()) {
            return ConditionEvaluationResult.enabled("the emulated CUDA device is there");
        }
        if ("required".equals(System.getProperty(REQUIRED))) {
            throw new IllegalStateException("The emulated CUDA device was not built, but is required: " + REQUIRED
                    + "=required. It needs CMake," + " a C++ compiler and Linux on x86-64.");
        }
        return ConditionEvaluationResult.disabled("the emulated CUDA device was not built");
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (Emulator.isLeftOut()) {
            return;
        }
        EmulatedDevice device = settings(context);
        Emulator.load();
        Emulator.defaults();
        Emulator.set("capability", device.computeCapability());
        Emulator.set("memory", device.memory());
        Emulator.set("devices", Integer.toString(device.devices()));
        Emulator.set("seed", seed(device));
        for (String setting : device.settings()) {
            int equals = setting.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("A setting is written as name=value, not as " + setting);
            }
            Emulator.set(setting.substring(0, equals), setting.substring(equals + 1));
        }
        Emulator.reset();
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        run(invocation);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        run(invocation);
    }

    /** JUnit stops at an OutOfMemoryError and leaves all further tests out; the device's memory is missing in one test alone. */
    private static void run(Invocation<Void> invocation) throws Throwable {
        try {
            invocation.proceed();
        } catch (OutOfMemoryError e) {
            throw new AssertionError("out of memory: " + e.getMessage(), e);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (Emulator.isLeftOut()) {
            return;
        }
        Emulator.drain();
        Emulator.checkLeaks();
        List<Report> reports = Emulator.takeReports();
        Emulator.reset();
        if (!reports.isEmpty() && context.getExecutionException().isEmpty()) {
            throw new AssertionError("The emulated device reports, with seed " + seed(settings(context)) + " (-D" + SEED
                    + "):\n" + reports.stream().map(Report::toString).collect(Collectors.joining("\n")));
        }
    }

    private static String seed(EmulatedDevice device) {
        return System.getProperty(SEED, Long.toUnsignedString(device.seed()));
    }

    private static EmulatedDevice settings(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getElement(), EmulatedDevice.class)
                .or(() -> AnnotationSupport.findAnnotation(context.getRequiredTestClass(), EmulatedDevice.class))
                .orElseThrow();
    }
}
