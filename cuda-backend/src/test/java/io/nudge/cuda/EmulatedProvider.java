package io.nudge.cuda;

import io.nudge.emulator.Emulator;
import io.nudge.tensor.Availability;
import io.nudge.tensor.Backend;
import io.nudge.tensor.BackendProvider;
import java.util.List;

/** Offers the emulated device by a name of its own, to processes that are no tests. */
public final class EmulatedProvider implements BackendProvider {
    static final String NAME = "cuda-emulated";

    private final CudaProvider cuda = new CudaProvider();

    @Override
    public String name() {
        return NAME;
    }

    /** Never taken unless asked for. */
    @Override
    public int preference() {
        return -1;
    }

    @Override
    public Availability probe() {
        if (!Emulator.isAvailable()) {
            return new Availability(NAME, List.of(), "the emulated device was not built");
        }
        Emulator.load();
        return new Availability(NAME, cuda.probe().devices(), "the emulated device");
    }

    @Override
    public Backend open(int ordinal) {
        return cuda.open(ordinal);
    }
}
