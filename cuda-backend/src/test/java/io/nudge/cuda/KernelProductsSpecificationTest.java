package io.nudge.cuda;

import io.nudge.cuda.CudaOptions.ProductChoice;
import io.nudge.tensor.Backend;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PropagationMode;

/** The same with products by Nudge's own kernels, as on a machine without cuBLAS. */
@AddLifecycleHook(value = OnEmulatedDevice.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
class KernelProductsSpecificationTest extends WholeSpecification {
    @Override
    Backend cuda() {
        return CudaBackend.open(
                0,
                CudaOptions.fromProperties().withProduct(ProductChoice.KERNELS).withCaching(false));
    }

    @Override
    double worth() {
        return Double.parseDouble(System.getProperty("nudge.effort", "0.3"));
    }
}
