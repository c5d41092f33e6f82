package io.nudge.cuda;

import io.nudge.check.ChainRuleSpecification;
import io.nudge.emulator.EmulatedDevice;
import io.nudge.tensor.Backend;

@EmulatedDevice
class CudaChainRuleSpecificationTest extends ChainRuleSpecification {
    @Override
    protected Backend open() {
        return CudaBackend.open(0);
    }
}
