package io.nudge.cuda;

import io.nudge.cuda.CudaOptions.ProductChoice;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Factors;
import io.nudge.tensor.JoinedLayersSpecification;
import net.jqwik.api.Group;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PropagationMode;

/** Layers together on tensor cores. What factors are rounded to is known exactly, so the bounds are no wider than those of float32. */
class TensorCoreLayersSpecificationTest {
    private static final double EFFORT = 0.3;

    abstract static class Layers extends JoinedLayersSpecification {
        abstract CudaOptions options();

        @Override
        protected Backend open() {
            return CudaBackend.open(0, options());
        }

        @Override
        protected double effort() {
            return EFFORT;
        }

        @Override
        protected Factors factors() {
            return Factors.valueOf(options().precision().name());
        }
    }

    /** Not for hardware, whose cuBLAS may round otherwise, in wide layers and one by one. */
    @Group
    @AddLifecycleHook(value = OnEmulatedDevice.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class OfTf32 extends Layers {
        @Override
        CudaOptions options() {
            return new CudaOptions(Precision.TF32, ProductChoice.CUBLAS, false, true, true);
        }
    }

    @Group
    @AddLifecycleHook(value = OnEmulatedDevice.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class OfBfloat16 extends Layers {
        @Override
        CudaOptions options() {
            return new CudaOptions(Precision.BFLOAT16, ProductChoice.CUBLAS, false, true, true);
        }
    }

    @Group
    @AddLifecycleHook(value = OnEmulatedDevice.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class OfFloat16 extends Layers {
        @Override
        CudaOptions options() {
            return new CudaOptions(Precision.FLOAT16, ProductChoice.KERNELS, false, true, true);
        }
    }

    /** The oldest device that has them. */
    @Group
    @AddLifecycleHook(value = OtherDevicesSpecificationTest.Ampere.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class OfFloat16OnAmpere extends Layers {
        @Override
        CudaOptions options() {
            return new CudaOptions(Precision.FLOAT16, ProductChoice.CUBLAS, true, true, true);
        }
    }
}
