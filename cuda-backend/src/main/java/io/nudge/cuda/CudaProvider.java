package io.nudge.cuda;

import io.nudge.tensor.Availability;
import io.nudge.tensor.Backend;
import io.nudge.tensor.BackendProvider;
import io.nudge.tensor.BackendUnavailableException;
import io.nudge.tensor.Device;
import io.nudge.tensor.Diagnosis;
import java.util.List;
import java.util.Optional;

/** Offers the NVIDIA GPUs of this machine. */
public final class CudaProvider implements BackendProvider {
    private static final int PREFERENCE = 100;

    /** For the service loader. */
    public CudaProvider() {}

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public int preference() {
        return PREFERENCE;
    }

    /** Loads the driver and asks it for its devices; opens none of them. */
    @Override
    public Availability probe() {
        return probe(name(), Emulation.inTheWay());
    }

    /**
     * What probing says of whichever device JCuda is bound to.
     *
     * @param obstacle what keeps it from being looked for
     */
    static Availability probe(String name, Optional<String> obstacle) {
        try {
            Optional<String> problem = obstacle.or(Devices::problem);
            List<Device> devices = problem.isPresent() ? List.of() : Devices.all();
            return new Availability(name, devices, problem.orElseGet(CudaProvider::products));
        } catch (CudaException | OutOfMemoryError e) {
            return new Availability(name, List.of(), e.getMessage());
        }
    }

    private static String products() {
        return Natives.cublasProblem().map(each -> "without cuBLAS: " + each).orElse("products by cuBLAS");
    }

    @Override
    public Backend open(int ordinal) {
        Emulation.inTheWay().ifPresent(reason -> {
            throw new BackendUnavailableException(reason);
        });
        return CudaBackend.open(ordinal);
    }

    @Override
    public Diagnosis diagnose() {
        return new Doctor(name()).diagnose(Emulation.inTheWay());
    }
}
