package io.nudge.cuda;

import io.nudge.tensor.Availability;
import io.nudge.tensor.Backend;
import io.nudge.tensor.BackendProvider;
import io.nudge.tensor.Device;
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
        try {
            Optional<String> problem = Devices.problem();
            List<Device> devices = problem.isPresent() ? List.of() : Devices.all();
            return new Availability(name(), devices, problem.orElseGet(CudaProvider::products));
        } catch (CudaException | OutOfMemoryError e) {
            return new Availability(name(), List.of(), e.getMessage());
        }
    }

    private static String products() {
        return Natives.cublasProblem().map(each -> "without cuBLAS: " + each).orElse("products by cuBLAS");
    }

    @Override
    public Backend open(int ordinal) {
        return CudaBackend.open(ordinal);
    }
}
