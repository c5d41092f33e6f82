package io.nudge.cuda;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;

/**
 * The native libraries, loaded at their first use and once in a process: the NVIDIA driver's, cuBLAS, and JCuda's own. A
 * library that does not load is a sentence, not an exception, since probing must not throw.
 */
final class Natives {
    static final String DRIVER = "libcuda.so.1";
    /** Whatever version the name ends with. */
    static final String DRIVER_PREFIX = "libcuda.so.";

    static final String CUBLAS = "libcublas.so.12";
    private static final String CUBLAS_LT = "libcublasLt.so.12";
    private static final Pattern MISSING =
            Pattern.compile("(lib[^\\s:/]+\\.so[.\\d]*): cannot open shared object file");

    private Natives() {}

    /** What keeps the driver from being used: empty if nothing does. One that is not found is looked for again. */
    static Optional<String> driverProblem() {
        if (onLinux() && LibrarySearch.here().linkable(DRIVER).isEmpty()) {
            return Optional.of("there is no NVIDIA driver, since " + DRIVER
                    + " was not found; install the driver of an NVIDIA GPU, version 525 or newer");
        }
        return Driver.PROBLEM;
    }

    /** What keeps cuBLAS from being used: empty if nothing does. One that is not found is looked for again. */
    static Optional<String> cublasProblem() {
        LibrarySearch search = LibrarySearch.here();
        if (onLinux()
                && search.linkable(CUBLAS).isEmpty()
                && search.inToolkit(CUBLAS).isEmpty()) {
            return Optional.of(CUBLAS + " was not found; install the cuBLAS of CUDA 12");
        }
        return Cublas.PROBLEM;
    }

    private static boolean onLinux() {
        return System.getProperty("os.name").startsWith("Linux");
    }

    /** Loading a class of JCuda loads its library; where that fails the class can never be used again. */
    private static final class Driver {
        static final Optional<String> PROBLEM = load();

        private static Optional<String> load() {
            try {
                JCudaDriver.setExceptionsEnabled(false);
                return Optional.empty();
            } catch (LinkageError e) {
                return Optional.of(explain("the NVIDIA driver", DRIVER, e));
            }
        }
    }

    private static final class Cublas {
        static final Optional<String> PROBLEM = load();

        private static Optional<String> load() {
            LibrarySearch search = LibrarySearch.here();
            try {
                if (onLinux() && search.linkable(CUBLAS).isEmpty()) {
                    Path found = search.inToolkit(CUBLAS).orElseThrow();
                    System.load(found.resolveSibling(CUBLAS_LT).toString());
                    System.load(found.toString());
                }
                JCublas2.initialize();
                JCublas2.setExceptionsEnabled(false);
                return Optional.empty();
            } catch (LinkageError e) {
                return Optional.of(explain("cuBLAS", CUBLAS, e));
            }
        }
    }

    /** JCuda's messages are pages long; the linker's words, which say what is missing, are somewhere in them. */
    static String explain(String what, String library, LinkageError thrown) {
        String text = String.valueOf(thrown.getMessage());
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
            text += "\n" + cause.getMessage();
        }
        Matcher missing = MISSING.matcher(text);
        if (missing.find()) {
            return what + " does not load: " + missing.group(1) + " was not found, which "
                    + (missing.group(1).equals(library) ? "it is" : "it needs") + "; install it, or add its folder to "
                    + "LD_LIBRARY_PATH";
        }
        return what + " does not load, or JCuda's natives for "
                + System.getProperty("os.name") + " on " + System.getProperty("os.arch")
                + " are not on the class path: " + text.lines().findFirst().orElse("no reason given");
    }
}
