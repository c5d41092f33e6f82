package io.nudge.cpu;

import io.nudge.check.GradientCheckSpecification;
import io.nudge.tensor.Backend;

class CpuGradientCheckSpecificationTest extends GradientCheckSpecification {
    @Override
    protected Backend open() {
        return CpuBackend.open();
    }
}
