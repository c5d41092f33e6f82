package io.nudge.cpu;

import io.nudge.model.ModelSpecification;
import io.nudge.tensor.Backend;

class CpuModelSpecificationTest extends ModelSpecification {
    @Override
    protected Backend open() {
        return CpuBackend.open();
    }
}
