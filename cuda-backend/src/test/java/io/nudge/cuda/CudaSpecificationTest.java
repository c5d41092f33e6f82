package io.nudge.cuda;

import io.nudge.tensor.Backend;
import io.nudge.tensor.ChainSpecification;
import io.nudge.tensor.CostSpecification;
import io.nudge.tensor.ElementwiseSpecification;
import io.nudge.tensor.LayerSpecification;
import io.nudge.tensor.MisuseSpecification;
import io.nudge.tensor.OwnershipSpecification;
import io.nudge.tensor.ProductSpecification;
import io.nudge.tensor.ProgramSpecification;
import io.nudge.tensor.SumSpecification;
import io.nudge.tensor.ThreadSpecification;
import io.nudge.tensor.TrainingSpecification;
import net.jqwik.api.Group;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PropagationMode;

/**
 * The specification of every backend on the emulated device, each tensor in an allocation of exactly its own size, so that
 * no access outside of one goes unseen.
 */
@AddLifecycleHook(value = OnEmulatedDevice.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
class CudaSpecificationTest {
    /** A device in software is slow. */
    private static final double EFFORT = Double.parseDouble(System.getProperty("nudge.effort", "0.3"));

    private Backend cuda() {
        return CudaBackend.open(0, new CudaOptions(Precision.STRICT, false));
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
    class Ownership extends OwnershipSpecification {
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
    class Misuse extends MisuseSpecification {
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
