package io.nudge.cpu;

import io.nudge.check.ChainRuleSpecification;
import io.nudge.tensor.Backend;

class CpuChainRuleSpecificationTest extends ChainRuleSpecification {
    @Override
    protected Backend open() {
        return CpuBackend.open();
    }
}
