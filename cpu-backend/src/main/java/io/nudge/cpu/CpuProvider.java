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

    /** Loads no library. */
    @Override
    public Availability probe() {
        try {
            String detail = "up to " + CpuOptions.fromProperties().threads() + " threads";
            return new Availability(name(), List.of(CpuBackend.device(detail)), "always there");
        } catch (IllegalArgumentException e) {
            return new Availability(name(), List.of(), e.getMessage());
        }
    }

    @Override
    public Backend open(int ordinal) {
        if (ordinal != 0) {
            throw new BackendUnavailableException("there is only one cpu, cpu:0; asked for was cpu:" + ordinal);
        }
        return CpuBackend.open();
    }
}
