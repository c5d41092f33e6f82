package io.nudge.cpu;

import io.nudge.tensor.Availability;
import io.nudge.tensor.Backend;
import io.nudge.tensor.BackendProvider;
import io.nudge.tensor.BackendUnavailableException;
import java.util.List;

/** Offers the CPU, which is always there. */
public final class CpuProvider implements BackendProvider {
    /** For the service loader. */
    public CpuProvider() {}

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public int preference() {
        return 0;
    }

    @Override
    public Availability probe() {
        return new Availability(name(), List.of(CpuBackend.describe("")), "always available");
    }

    @Override
    public Backend open(int ordinal) {
        if (ordinal != 0) {
            throw new BackendUnavailableException("there is only one cpu, cpu:0; asked for was cpu:" + ordinal);
        }
        return CpuBackend.open();
    }
}
