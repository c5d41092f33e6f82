package io.nudge.cuda;

import io.nudge.check.ByHandSpecification;
import io.nudge.emulator.EmulatedDevice;
import io.nudge.tensor.Backend;

@EmulatedDevice
class CudaByHandSpecificationTest extends ByHandSpecification {
    @Override
    protected Backend open() {
        return CudaBackend.open(0);
    }
}
