package io.nudge.cuda;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.nn.NetworkSpecification;
import io.nudge.tensor.Backend;

@EmulatedDevice
class CudaNetworkSpecificationTest extends NetworkSpecification {
    @Override
    protected Backend open() {
        return CudaBackend.open(0);
    }
}
