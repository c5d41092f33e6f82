package io.nudge.cuda;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.model.ModelSpecification;
import io.nudge.tensor.Backend;

@EmulatedDevice
class CudaModelSpecificationTest extends ModelSpecification {
    @Override
    protected Backend open() {
        return CudaBackend.open(0);
    }
}
