package io.nudge.cuda;

import io.nudge.cuda.CudaOptions.ProductChoice;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Factors;
import java.util.List;
import net.jqwik.api.Group;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PropagationMode;

/**
 * The operations with factors of 16 bits, by cuBLAS and by Nudge's own kernels. What they are rounded to is known exactly, so
 * the bounds are no wider than those of float32.
 */
class HalvesSpecificationTest {
    private static final double EFFORT = 0.05;

    abstract static class Halves extends OperationsSpecification {
        abstract CudaOptions options();

        @Override
        Backend cuda() {
            return CudaBackend.open(0, options());
        }

        @Override
        double worth() {
            return EFFORT;
        }

        @Override
        Factors rounding() {
            return Factors.valueOf(options().precision().name());
        }

        /** Those whose products round nothing, where the loss is not scaled. */
        @Override
        List<DType> wholeTypes() {
            return options().precision() == Precision.BFLOAT16 ? List.of(DType.FLOAT64) : List.of();
        }
    }

    @Group
    @AddLifecycleHook(value = OnEmulatedDevice.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class Bfloat16ByCublas extends Halves {
        @Override
        CudaOptions options() {
            return new CudaOptions(Precision.BFLOAT16, ProductChoice.CUBLAS, false, true, true);
        }
    }

    @Group
    @AddLifecycleHook(value = OnEmulatedDevice.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class Float16ByCublas extends Halves {
        @Override
        CudaOptions options() {
            return new CudaOptions(Precision.FLOAT16, ProductChoice.CUBLAS, false, true, true);
        }
    }

    @Group
    @AddLifecycleHook(value = OnEmulatedDevice.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class Bfloat16ByKernels extends Halves {
        @Override
        CudaOptions options() {
            return new CudaOptions(Precision.BFLOAT16, ProductChoice.KERNELS, false, true, true);
        }
    }

    /** On the oldest device that it is for. */
    @Group
    @AddLifecycleHook(value = OtherDevicesSpecificationTest.Volta.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class Float16ByKernels extends Halves {
        @Override
        CudaOptions options() {
            return new CudaOptions(Precision.FLOAT16, ProductChoice.KERNELS, false, true, true);
        }
    }

    @Group
    @AddLifecycleHook(value = OtherDevicesSpecificationTest.Ampere.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class Bfloat16OnAmpere extends Halves {
        @Override
        CudaOptions options() {
            return new CudaOptions(Precision.BFLOAT16, ProductChoice.CUBLAS, true, true, true);
        }
    }

    @Group
    @AddLifecycleHook(value = OtherDevicesSpecificationTest.Turing.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class Float16OnTuring extends Halves {
        @Override
        CudaOptions options() {
            return new CudaOptions(Precision.FLOAT16, ProductChoice.CUBLAS, true, true, true);
        }
    }

    @Group
    @AddLifecycleHook(
            value = OtherDevicesSpecificationTest.Blackwell.class,
            propagateTo = PropagationMode.ALL_DESCENDANTS)
    class Bfloat16OnBlackwell extends Halves {
        @Override
        CudaOptions options() {
            return new CudaOptions(Precision.BFLOAT16, ProductChoice.CUBLAS, true, true, true);
        }
    }
}
