package io.nudge.cuda;

import io.nudge.cuda.CudaOptions.ProductChoice;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import io.nudge.tensor.WholeNetworkSpecification;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PropagationMode;

/** Networks learn the same where weights cannot move by products, as with the cuBLAS of CUDA 13. */
@AddLifecycleHook(value = OtherDevicesSpecificationTest.Looking.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
class WholeNetworkByGradientsTest extends WholeNetworkSpecification {
    @Override
    protected Backend open() {
        return CudaBackend.open(0, CudaOptions.fromProperties().withProduct(ProductChoice.CUBLAS));
    }

    @Override
    protected Backend openOther() {
        return Backends.open("cpu");
    }
}
