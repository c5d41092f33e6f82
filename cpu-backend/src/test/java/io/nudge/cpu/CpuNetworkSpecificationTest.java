package io.nudge.cpu;

import io.nudge.nn.NetworkSpecification;
import io.nudge.tensor.Backend;

class CpuNetworkSpecificationTest extends NetworkSpecification {
    @Override
    protected Backend open() {
        return CpuBackend.open();
    }
}
