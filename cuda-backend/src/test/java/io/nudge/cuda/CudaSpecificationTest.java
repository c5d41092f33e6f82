package io.nudge.cuda;

import io.nudge.tensor.Backend;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PropagationMode;

/**
 * The specification of every backend on the emulated device, each tensor in an allocation of exactly its own size, so that
 * no access outside of one goes unseen.
 */
@AddLifecycleHook(value = OnEmulatedDevice.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
class CudaSpecificationTest extends WholeSpecification {
    @Override
    Backend cuda() {
        return CudaBackend.open(0, CudaOptions.fromProperties().withCaching(false));
    }

    @Override
    double worth() {
        return Double.parseDouble(System.getProperty("nudge.effort", "0.3"));
    }
}
