package io.nudge.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import jcuda.CudaException;
import jcuda.driver.CUresult;

/** Runs programs with a planted fault, which has to be found, and their twins without, of which nothing may be said. */
final class Planted {
    static final int SEEDS = 100;

    private Planted() {}

    interface Program {
        void run(Cuda cuda);
    }

    /** A report with its kind and what its text says. */
    record Expected(String kind, List<String> texts) {
        boolean is(Report report) {
            return report.kind().equals(kind) && texts.stream().allMatch(report.text()::contains);
        }
    }

    static Expected report(String kind, String... texts) {
        return new Expected(kind, List.of(texts));
    }

    /** At every seed the faulty program is reported so and fails with the code, and the other one not at all. */
    static void finds(Expected report, int code, Program faulty, Program right) {
        for (int seed = 1; seed <= SEEDS; seed++) {
            fails(seed, code, faulty);
            assertThat(Emulator.takeReports()).as("seed %s", seed).anyMatch(report::is, report.toString());
            Emulator.reset();
            passes(seed, right);
        }
    }

    /** The same for a fault of which the seed decides whether the driver has a code for it: here is the one it may give. */
    static void findsPerhapsWith(Expected report, int code, Program faulty, Program right) {
        for (int seed = 1; seed <= SEEDS; seed++) {
            Emulator.set("seed", Integer.toString(seed));
            try {
                faulty.run(new Cuda());
                Emulator.drain();
            } catch (CudaException e) {
                assertThat(e).hasMessage(CUresult.stringFor(code));
            }
            assertThat(Emulator.takeReports()).as("seed %s", seed).anyMatch(report::is, report.toString());
            Emulator.reset();
            passes(seed, right);
        }
    }

    /** At every seed the faulty program gets the code from the driver, which is all that there is to say. */
    static void refuses(int code, Program faulty, Program right) {
        for (int seed = 1; seed <= SEEDS; seed++) {
            fails(seed, code, faulty);
            Emulator.reset();
            passes(seed, right);
        }
    }

    private static void fails(int seed, int code, Program faulty) {
        Emulator.set("seed", Integer.toString(seed));
        Cuda cuda = new Cuda();
        if (code == CUresult.CUDA_SUCCESS) {
            faulty.run(cuda);
            Emulator.drain();
        } else {
            assertThatThrownBy(() -> faulty.run(cuda))
                    .isInstanceOf(CudaException.class)
                    .hasMessage(CUresult.stringFor(code));
        }
    }

    private static void passes(int seed, Program right) {
        Cuda cuda = new Cuda();
        right.run(cuda);
        cuda.close();
        Emulator.checkLeaks();
        assertThat(Emulator.takeReports()).as("seed %s", seed).isEmpty();
        Emulator.reset();
    }
}
