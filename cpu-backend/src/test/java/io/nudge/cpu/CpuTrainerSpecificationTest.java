package io.nudge.cpu;

import io.nudge.tensor.Backend;
import io.nudge.train.TrainerSpecification;

class CpuTrainerSpecificationTest extends TrainerSpecification {
    @Override
    protected Backend open() {
        return CpuBackend.open();
    }
}
