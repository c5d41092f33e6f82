package io.nudge.cuda;

import io.nudge.tensor.Backend;
import io.nudge.tensor.JoinedLayersMisuseSpecification;
import io.nudge.tensor.MisuseSpecification;
import io.nudge.tensor.OwnershipSpecification;
import io.nudge.tensor.WholeStepsMisuseSpecification;
import net.jqwik.api.Group;

/** All that the specification of every backend says, on a device and with products that the subclass chooses. */
abstract class WholeSpecification extends OperationsSpecification {
    @Group
    class Ownership extends OwnershipSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return worth();
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
            return worth();
        }
    }

    @Group
    class MisuseOfStepsAsAWhole extends WholeStepsMisuseSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }
    }

    @Group
    class MisuseOfLayersTogether extends JoinedLayersMisuseSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }
    }
}
