package io.nudge.cuda;

import io.nudge.tensor.Availability;
import io.nudge.tensor.Backend;
import io.nudge.tensor.BackendProvider;
import io.nudge.tensor.BackendUnavailableException;
import io.nudge.tensor.Diagnosis;
import java.util.List;
import java.util.Optional;

/**
 * Offers a CUDA device in software, to try this backend where there is no GPU: all that runs on hardware runs on it,
 * slowly. For tests and for the curious, so it has to be asked for by its name.
 */
public final class EmulatedCudaProvider implements BackendProvider {
    private static final int PREFERENCE = -1;

    /** For the service loader. */
    public EmulatedCudaProvider() {}

    @Override
    public String name() {
        return Emulation.NAME;
    }

    @Override
    public int preference() {
        return PREFERENCE;
    }

    @Override
    public boolean isAutomatic() {
        return false;
    }

    /** Loads nothing, since a process that has loaded the emulated device can no longer use a real one. */
    @Override
    public Availability probe() {
        if (Emulation.isOn()) {
            return CudaProvider.probe(name(), Optional.empty());
        }
        Optional<String> problem = Emulation.problem();
        return problem.isPresent()
                ? new Availability(name(), List.of(), problem.get())
                : new Availability(name(), Emulation.expected(), "in software, for tests; products by its own cuBLAS");
    }

    @Override
    public Backend open(int ordinal) {
        Emulation.start().ifPresent(reason -> {
            throw new BackendUnavailableException(reason);
        });
        return CudaBackend.open(ordinal);
    }

    @Override
    public Diagnosis diagnose() {
        return new Doctor(name()).diagnose(Emulation.start());
    }
}
