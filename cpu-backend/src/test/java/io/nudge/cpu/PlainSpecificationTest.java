package io.nudge.cpu;

import io.nudge.cpu.CpuOptions.ProductChoice;
import io.nudge.tensor.Backend;
import io.nudge.tensor.ChainSpecification;
import io.nudge.tensor.CostSpecification;
import io.nudge.tensor.DType;
import io.nudge.tensor.ElementwiseSpecification;
import io.nudge.tensor.JoinedLayersMisuseSpecification;
import io.nudge.tensor.JoinedLayersSpecification;
import io.nudge.tensor.LayerSpecification;
import io.nudge.tensor.MisuseSpecification;
import io.nudge.tensor.OwnershipSpecification;
import io.nudge.tensor.ProductSpecification;
import io.nudge.tensor.ProgramSpecification;
import io.nudge.tensor.SumSpecification;
import io.nudge.tensor.ThreadSpecification;
import io.nudge.tensor.TrainingSpecification;
import io.nudge.tensor.WholeStepsMisuseSpecification;
import io.nudge.tensor.WholeStepsSpecification;
import java.util.List;
import net.jqwik.api.Group;

/** The specification of every backend on the CPU in plain loops on one thread. */
class PlainSpecificationTest {
    private Backend cpu() {
        return CpuBackend.open(new CpuOptions(1, ProductChoice.JAVA, false));
    }

    @Group
    class Elementwise extends ElementwiseSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }

    @Group
    class Sums extends SumSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }

    @Group
    class Products extends ProductSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }

    @Group
    class Layers extends LayerSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }

    @Group
    class Costs extends CostSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }

    @Group
    class Training extends TrainingSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }

    @Group
    class Chains extends ChainSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }

    @Group
    class Ownership extends OwnershipSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }

    @Group
    class Programs extends ProgramSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }

    @Group
    class Misuse extends MisuseSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }

    @Group
    class Threads extends ThreadSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }

    @Group
    class Whole extends WholeStepsSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }

        @Override
        protected List<DType> takenTypes() {
            return List.of();
        }
    }

    @Group
    class WholeMisuse extends WholeStepsMisuseSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }

    @Group
    class LayersTogether extends JoinedLayersSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }

    @Group
    class MisuseOfLayersTogether extends JoinedLayersMisuseSpecification {
        @Override
        protected Backend open() {
            return cpu();
        }
    }
}
