package io.nudge.cpu;

import io.nudge.check.ByHandSpecification;
import io.nudge.tensor.Backend;

class CpuByHandSpecificationTest extends ByHandSpecification {
    @Override
    protected Backend open() {
        return CpuBackend.open();
    }
}
