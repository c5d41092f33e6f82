package io.nudge.cuda;

import io.nudge.cuda.CudaOptions.ProductChoice;
import io.nudge.tensor.Backend;
import io.nudge.tensor.ChainSpecification;
import io.nudge.tensor.LayerSpecification;
import io.nudge.tensor.ProductSpecification;
import io.nudge.tensor.ProgramSpecification;
import io.nudge.tensor.ThreadSpecification;
import net.jqwik.api.Group;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PropagationMode;

/** What products have a part in, with kernels of Nudge's own in place of cuBLAS. */
@AddLifecycleHook(value = OnEmulatedDevice.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
class KernelProductsSpecificationTest {
    private static final double EFFORT = 0.3;

    private Backend cuda() {
        return CudaBackend.open(0, CudaOptions.fromProperties().withProduct(ProductChoice.KERNELS).withCaching(false));
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
