package io.nudge.tensor;

import java.util.List;
import net.jqwik.api.Group;

/** The specification of every backend, on the backend that asks the oracle: what it says of ownership, checks, programs and threads
 * is core's own work, and is judged here without any real backend. */
class OracleSpecificationTest {
    /** The numbers are the oracle's own, so a few suffice; those worked out by hand judge the oracle. */
    private static final double EFFORT = 0.15;

    private Backend oracle() {
        return new OracleBackend();
    }

    @Group
    class Elementwise extends ElementwiseSpecification {
        @Override
        protected Backend open() {
            return oracle();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Sums extends SumSpecification {
        @Override
        protected Backend open() {
            return oracle();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Products extends ProductSpecification {
        @Override
        protected Backend open() {
            return oracle();
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
            return oracle();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Costs extends CostSpecification {
        @Override
        protected Backend open() {
            return oracle();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Training extends TrainingSpecification {
        @Override
        protected Backend open() {
            return oracle();
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
            return oracle();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Ownership extends OwnershipSpecification {
        @Override
        protected Backend open() {
            return oracle();
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
            return oracle();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class Misuse extends MisuseSpecification {
        @Override
        protected Backend open() {
            return oracle();
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
            return oracle();
        }

        @Override
        protected double effort() {
            return EFFORT;
        }
    }

    @Group
    class WholeNetworks extends WholeNetworkSpecification {
        @Override
        protected Backend open() {
            return oracle();
        }

        @Override
        protected Backend openOther() {
            return oracle();
        }
    }

    /** It takes none. */
    @Group
    class StepsAsAWhole extends WholeStepsSpecification {
        @Override
        protected Backend open() {
            return oracle();
        }

        @Override
        protected List<DType> takenTypes() {
            return List.of();
        }
    }

    @Group
    class MisuseOfStepsAsAWhole extends WholeStepsMisuseSpecification {
        @Override
        protected Backend open() {
            return oracle();
        }
    }

    @Group
    class LayersTogether extends JoinedLayersSpecification {
        @Override
        protected Backend open() {
            return oracle();
        }
    }

    @Group
    class MisuseOfLayersTogether extends JoinedLayersMisuseSpecification {
        @Override
        protected Backend open() {
            return oracle();
        }
    }
}
