package io.nudge.cuda;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.emulator.Emulator;
import io.nudge.model.CheckpointSpecification;
import io.nudge.tensor.Backend;

@EmulatedDevice
class CudaCheckpointSpecificationTest extends CheckpointSpecification {
    @Override
    protected Backend open() {
        return CudaBackend.open(0);
    }

    /** In the processes that the specification starts, the device has to be loaded first. */
    @Override
    protected String name() {
        return Emulator.isLeftOut() ? "cuda" : Emulation.NAME;
    }
}
