package io.nudge.cuda;

import io.nudge.cuda.CudaOptions.ProductChoice;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import io.nudge.tensor.WholeNetworkSpecification;
import net.jqwik.api.Group;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PropagationMode;

/** Networks learn on the device as on the CPU, with either kind of products. */
@AddLifecycleHook(value = OnEmulatedDevice.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
class WholeNetworkTest {
    private static Backend cuda(ProductChoice choice) {
        return CudaBackend.open(0, CudaOptions.fromProperties().withProduct(choice));
    }

    @Group
    class ByCublas extends WholeNetworkSpecification {
        @Override
        protected Backend open() {
            return cuda(ProductChoice.CUBLAS);
        }

        @Override
        protected Backend openOther() {
            return Backends.open("cpu");
        }
    }

    @Group
    class ByKernels extends WholeNetworkSpecification {
        @Override
        protected Backend open() {
            return cuda(ProductChoice.KERNELS);
        }

        @Override
        protected Backend openOther() {
            return Backends.open("cpu");
        }
    }
}
