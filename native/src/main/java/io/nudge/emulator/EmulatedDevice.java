package io.nudge.emulator;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs the tests of a class, or one test, on the emulated CUDA device. Each test gets a fresh device, and fails if the device
 * reports anything that the test has not taken by {@link Emulator#takeReports}, leaks included. Where the device was not built,
 * the tests are skipped; with {@code -Dnudge.device=real} they run on the machine's own device.
 *
 * <p>An {@link OutOfMemoryError}, at which JUnit would stop, fails the test that throws it, and the others run.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(EmulatedDeviceExtension.class)
public @interface EmulatedDevice {
    /**
     * The compute capability.
     *
     * @return 5.2 to 9.0, or 12.0
     */
    String computeCapability() default "9.0";

    /**
     * How much memory each device has.
     *
     * @return a number of bytes, or of KB, MB or GB
     */
    String memory() default "1GB";

    /**
     * How many devices there are.
     *
     * @return 0 to 8
     */
    int devices() default 1;

    /**
     * What all the device's choices are drawn from: in which order blocks, warps and streams run. The system property {@code
     * nudge.emulator.seed} goes before it.
     *
     * @return any number
     */
    long seed() default 1;

    /**
     * Other settings.
     *
     * @return each as {@code name=value}
     */
    String[] settings() default {};
}
