package io.nudge.cuda;

import io.nudge.tensor.BackendUnavailableException;
import io.nudge.tensor.DeviceFaultException;
import io.nudge.tensor.Diagnosis;
import io.nudge.tensor.Finding;
import io.nudge.tensor.Finding.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jcuda.driver.CUdevice;

/**
 * Looks at all that CUDA needs, one thing after the other, and says what was found and where. It goes on as far as it can:
 * what is missing further down is worth knowing too.
 */
final class Doctor {
    private static final String DRIVER_NATIVES = "libJCudaDriver";
    private static final String CUBLAS_NATIVES = "libJCublas2";
    private static final String PATH = "path";
    private static final double GIB = 1 << 30;

    private final String backend;
    private final boolean emulated;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * Makes one.
     *
     * @param backend the name that the backend was asked for by
     */
    Doctor(String backend) {
        this.backend = backend;
        emulated = backend.equals(Emulation.NAME);
    }

    /**
     * Looks.
     *
     * @param obstacle what keeps the libraries from being loaded, before they are looked for
     */
    Diagnosis diagnose(Optional<String> obstacle) {
        if (obstacle.isPresent()) {
            add("libraries", Weight.BAD, obstacle.get());
            return new Diagnosis(backend, findings);
        }
        if (emulated) {
            add("emulated", Weight.NOTE, "this is a device in software, for tests: nothing here is said of a real one");
        } else {
            Machine.here().findings().forEach(findings::add);
        }
        if (lookAtDriver()) {
            lookAtCublas();
            lookAtDevices();
        } else {
            lookForCublas();
        }
        return new Diagnosis(backend, findings);
    }

    /** Whether it can be asked for its devices. */
    private boolean lookAtDriver() {
        Optional<String> loading = Natives.driverProblem();
        if (loading.isPresent()) {
            missing("driver", Weight.BAD, loading.get());
            return false;
        }
        library("libcuda", Natives.DRIVER_PREFIX);
        library("JCuda", DRIVER_NATIVES);
        Optional<String> problem = Devices.problem();
        if (problem.isPresent()) {
            add("driver", Weight.BAD, problem.get());
            return false;
        }
        String version = Devices.version(Devices.driverVersion());
        add("driver", Weight.GOOD, "for CUDA " + version, Map.of("cuda", version));
        return true;
    }

    private void lookAtCublas() {
        Optional<String> problem = Natives.cublasProblem();
        if (problem.isPresent()) {
            missing("cuBLAS", Weight.NOTE, problem.get());
            return;
        }
        library("libcublas", "libcublas.so.");
        if (!emulated) {
            library("libcublasLt", "libcublasLt.so.");
        }
        library("JCublas", CUBLAS_NATIVES);
    }

    /** Loads nothing. */
    private void lookForCublas() {
        LibrarySearch search = LibrarySearch.here();
        Optional<Path> found = search.linkable(Natives.CUBLAS).or(() -> search.inToolkit(Natives.CUBLAS));
        if (found.isPresent()) {
            add(
                    "libcublas",
                    Weight.GOOD,
                    found.get() + "; not loaded",
                    Map.of(PATH, found.get().toString()));
        } else {
            missing("libcublas", Weight.NOTE, Natives.CUBLAS + " was not found");
        }
    }

    /** A library that was not found was sought, and one that does not load was found: either says where. */
    private void missing(String subject, Weight weight, String problem) {
        String sought = LibrarySearch.here().soughtIn();
        add(subject, weight, problem, Map.of("sought", sought));
    }

    private void library(String subject, String prefix) {
        Optional<Path> file = LibrarySearch.here().loaded(prefix);
        if (file.isPresent()) {
            add(
                    subject,
                    Weight.GOOD,
                    file.get().toString(),
                    Map.of(PATH, file.get().toString()));
        } else {
            add(subject, Weight.NOTE, "in use, but this system does not tell from which file");
        }
    }

    private void lookAtDevices() {
        for (int i = 0; i < Devices.count(); i++) {
            Optional<String> problem = Devices.problem(i);
            add("device", problem.isEmpty() ? Weight.GOOD : Weight.NOTE, device(i, problem), facts(i));
            if (problem.isEmpty()) {
                lookAtKernels(i);
            }
        }
    }

    private String device(int ordinal, Optional<String> problem) {
        CUdevice device = Devices.get(ordinal);
        return problem.orElse(name(ordinal) + " (" + Devices.name(device) + "): compute capability "
                + Devices.capability(device) + ", " + Devices.multiprocessors(device) + " multiprocessors, "
                + String.format(java.util.Locale.ROOT, "%.1f", Devices.memory(device) / GIB) + " GiB");
    }

    private Map<String, Object> facts(int ordinal) {
        CUdevice device = Devices.get(ordinal);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("device", name(ordinal));
        facts.put("name", Devices.name(device));
        facts.put("capability", Devices.capability(device));
        facts.put("multiprocessors", Devices.multiprocessors(device));
        facts.put("bytes", Devices.memory(device));
        return facts;
    }

    private String name(int ordinal) {
        return backend + ":" + ordinal;
    }

    /** Opens the device, which is also the way to find out whether another program has it for itself. */
    private void lookAtKernels(int ordinal) {
        try (CudaBackend opened = CudaBackend.open(ordinal)) {
            int files = opened.loadKernels();
            add(
                    "kernels",
                    Weight.GOOD,
                    "the driver compiles all " + files + " files for " + name(ordinal),
                    Map.of("device", name(ordinal), "files", files));
        } catch (BackendUnavailableException
                | CudaException
                | DeviceFaultException
                | IllegalArgumentException
                | OutOfMemoryError e) {
            add("kernels", Weight.BAD, e.getMessage());
        }
    }

    private void add(String subject, Weight weight, String text) {
        add(subject, weight, text, Map.of());
    }

    private void add(String subject, Weight weight, String text, Map<String, Object> facts) {
        findings.add(new Finding(subject, weight, text, facts));
    }
}
