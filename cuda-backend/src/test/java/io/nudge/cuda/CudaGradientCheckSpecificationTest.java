package io.nudge.cuda;

import io.nudge.check.GradientCheck;
import io.nudge.check.GradientCheckSpecification;
import io.nudge.emulator.EmulatedDevice;
import io.nudge.tensor.Backend;

@EmulatedDevice
class CudaGradientCheckSpecificationTest extends GradientCheckSpecification {
    private static final int SAMPLE = 12;

    @Override
    protected Backend open() {
        return CudaBackend.open(0);
    }

    /** Two passes over the network for each parameter: some of every layer. */
    @Override
    protected GradientCheck.Options options() {
        return GradientCheck.Options.sample(SAMPLE, 1);
    }
}
