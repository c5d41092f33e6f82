package io.nudge.cpu;

import io.nudge.model.CheckpointSpecification;
import io.nudge.tensor.Backend;

class CpuCheckpointSpecificationTest extends CheckpointSpecification {
    @Override
    protected Backend open() {
        return CpuBackend.open();
    }

    @Override
    protected String name() {
        return "cpu";
    }
}
