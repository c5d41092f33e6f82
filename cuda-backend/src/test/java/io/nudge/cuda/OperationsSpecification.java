package io.nudge.cuda;

import io.nudge.tensor.Backend;
import io.nudge.tensor.ChainSpecification;
import io.nudge.tensor.CostSpecification;
import io.nudge.tensor.DType;
import io.nudge.tensor.ElementwiseSpecification;
import io.nudge.tensor.Factors;
import io.nudge.tensor.LayerSpecification;
import io.nudge.tensor.ProductSpecification;
import io.nudge.tensor.ProgramSpecification;
import io.nudge.tensor.SumSpecification;
import io.nudge.tensor.ThreadSpecification;
import io.nudge.tensor.TrainingSpecification;
import io.nudge.tensor.WholeStepsSpecification;
import java.util.List;
import net.jqwik.api.Group;

/**
 * What the specification of every backend says of operations, on a device and with products that the subclass chooses. A
 * property runs on a fresh emulated device.
 */
abstract class OperationsSpecification {
    /** The backend that is judged. */
    abstract Backend cuda();

    /** How much of the specification is worth its time: a device in software is slow. */
    abstract double worth();

    /** What float32 products round their factors to. */
    Factors rounding() {
        return Factors.WHOLE;
    }

    /** Of which types steps of a small network are taken as a whole. */
    List<DType> wholeTypes() {
        return List.of(DType.FLOAT32, DType.FLOAT64);
    }

    @Group
    class Elementwise extends ElementwiseSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return worth();
        }

        @Override
        protected Factors factors() {
            return rounding();
        }
    }

    @Group
    class Sums extends SumSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return worth();
        }

        @Override
        protected Factors factors() {
            return rounding();
        }
    }

    @Group
    class Products extends ProductSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return worth();
        }

        @Override
        protected Factors factors() {
            return rounding();
        }
    }

    @Group
    class Layers extends LayerSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return worth();
        }

        @Override
        protected Factors factors() {
            return rounding();
        }
    }

    @Group
    class Costs extends CostSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return worth();
        }

        @Override
        protected Factors factors() {
            return rounding();
        }
    }

    @Group
    class Training extends TrainingSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return worth();
        }

        @Override
        protected Factors factors() {
            return rounding();
        }
    }

    @Group
    class Chains extends ChainSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return worth();
        }

        @Override
        protected Factors factors() {
            return rounding();
        }
    }

    @Group
    class Programs extends ProgramSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return worth();
        }

        @Override
        protected Factors factors() {
            return rounding();
        }
    }

    @Group
    class Threads extends ThreadSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return worth();
        }

        @Override
        protected Factors factors() {
            return rounding();
        }
    }

    @Group
    class StepsAsAWhole extends WholeStepsSpecification {
        @Override
        protected Backend open() {
            return cuda();
        }

        @Override
        protected double effort() {
            return worth();
        }

        @Override
        protected List<DType> takenTypes() {
            return wholeTypes();
        }
    }
}
