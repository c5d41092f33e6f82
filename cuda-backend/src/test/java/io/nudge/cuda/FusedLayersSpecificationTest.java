package io.nudge.cuda;

import io.nudge.tensor.Backend;
import io.nudge.tensor.JoinedLayersSpecification;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PropagationMode;

/** Layers together on the emulated device, each tensor in an allocation of exactly its own size. */
@AddLifecycleHook(value = OnEmulatedDevice.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
class FusedLayersSpecificationTest extends JoinedLayersSpecification {
    @Override
    protected Backend open() {
        return CudaBackend.open(0, CudaOptions.fromProperties().withCaching(false));
    }

    @Override
    protected double effort() {
        return Double.parseDouble(System.getProperty("nudge.effort", "0.3"));
    }
}
