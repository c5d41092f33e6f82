package io.nudge.cuda;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.tensor.Backend;
import io.nudge.train.TrainerSpecification;

@EmulatedDevice
class CudaTrainerSpecificationTest extends TrainerSpecification {
    @Override
    protected Backend open() {
        return CudaBackend.open(0);
    }
}
