package io.nudge.cuda;

import io.nudge.cuda.CudaOptions.ProductChoice;
import io.nudge.tensor.Backend;
import net.jqwik.api.Group;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PropagationMode;

/**
 * The operations on devices of other capabilities than most tests have, with memory that is kept, and with either kind of
 * products: fewer examples of each.
 */
class OtherDevicesSpecificationTest {
    private static final double EFFORT = 0.05;

    abstract static class Cublas extends OperationsSpecification {
        @Override
        Backend cuda() {
            return CudaBackend.open(0, CudaOptions.fromProperties().withProduct(ProductChoice.CUBLAS));
        }

        @Override
        double worth() {
            return EFFORT;
        }
    }

    abstract static class Kernels extends OperationsSpecification {
        @Override
        Backend cuda() {
            return CudaBackend.open(0, CudaOptions.fromProperties().withProduct(ProductChoice.KERNELS));
        }

        @Override
        double worth() {
            return EFFORT;
        }
    }

    static final class Volta extends OnEmulatedDevice {
        @Override
        String capability() {
            return "7.0";
        }
    }

    @Group
    @AddLifecycleHook(value = Volta.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class OnVoltaByCublas extends Cublas {}

    @Group
    @AddLifecycleHook(value = Volta.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class OnVoltaByKernels extends Kernels {}

    static final class Looking extends OnEmulatedDevice {
        @Override
        boolean zeroKeepsOut() {
            return false;
        }
    }

    /** As that of CUDA 13. */
    @Group
    @AddLifecycleHook(value = Looking.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class ByCublasThatLooksWhereAlphaIsZero extends Cublas {}

    static final class Turing extends OnEmulatedDevice {
        @Override
        String capability() {
            return "7.5";
        }
    }

    @Group
    @AddLifecycleHook(value = Turing.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class OnTuringByCublas extends Cublas {}

    @Group
    @AddLifecycleHook(value = Turing.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class OnTuringByKernels extends Kernels {}

    static final class Ampere extends OnEmulatedDevice {
        @Override
        String capability() {
            return "8.0";
        }
    }

    @Group
    @AddLifecycleHook(value = Ampere.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class OnAmpereByCublas extends Cublas {}

    @Group
    @AddLifecycleHook(value = Ampere.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class OnAmpereByKernels extends Kernels {}

    static final class Blackwell extends OnEmulatedDevice {
        @Override
        String capability() {
            return "12.0";
        }
    }

    @Group
    @AddLifecycleHook(value = Blackwell.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class OnBlackwellByCublas extends Cublas {}

    @Group
    @AddLifecycleHook(value = Blackwell.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
    class OnBlackwellByKernels extends Kernels {}
}
