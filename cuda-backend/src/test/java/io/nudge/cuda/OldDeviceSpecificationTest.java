package io.nudge.cuda;

import io.nudge.tensor.Backend;
import io.nudge.tensor.ChainSpecification;
import io.nudge.tensor.CostSpecification;
import io.nudge.tensor.ElementwiseSpecification;
import io.nudge.tensor.LayerSpecification;
import io.nudge.tensor.ProductSpecification;
import io.nudge.tensor.ProgramSpecification;
import io.nudge.tensor.SumSpecification;
import io.nudge.tensor.ThreadSpecification;
import io.nudge.tensor.TrainingSpecification;
import net.jqwik.api.Group;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PropagationMode;

/** The specification once more on the oldest device there is, with memory that is kept: fewer examples of each. */
@AddLifecycleHook(value = OldDeviceSpecificationTest.OldDevice.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
class OldDeviceSpecificationTest {
    private static final double EFFORT = 0.1;

    static final class OldDevice extends OnEmulatedDevice {
        @Override
        String capability() {
            return "7.0";
        }
    }

    private Backend cuda() {
        return CudaBackend.open(0);
    }

    @Group
    class Elementwise extends ElementwiseSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Sums extends SumSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Products extends ProductSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Layers extends LayerSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Costs extends CostSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Training extends TrainingSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Chains extends ChainSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Programs extends ProgramSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Threads extends ThreadSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }
}
