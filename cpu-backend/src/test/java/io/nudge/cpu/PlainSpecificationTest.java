package io.nudge.cpu;

import io.nudge.tensor.Backend;
import io.nudge.tensor.CostSpecification;
import io.nudge.tensor.ElementwiseSpecification;
import io.nudge.tensor.LayerSpecification;
import io.nudge.tensor.ProductSpecification;
import io.nudge.tensor.SumSpecification;
import io.nudge.tensor.TrainingSpecification;
import net.jqwik.api.Group;

/** The specification of every backend, on the CPU with plain Java products. */
class PlainSpecificationTest {
    private static Backend plain() {
        return CpuBackend.open(new PlainProduct());
    }

    @Group
    class Elementwise extends ElementwiseSpecification {
        @Override
        protected Backend open() {
            return plain();
        }
    }

    @Group
    class Sum extends SumSpecification {
        @Override
        protected Backend open() {
            return plain();
        }
    }

    @Group
    class Product extends ProductSpecification {
        @Override
        protected Backend open() {
            return plain();
        }
    }

    @Group
    class Layer extends LayerSpecification {
        @Override
        protected Backend open() {
            return plain();
        }
    }

    @Group
    class CostTheme extends CostSpecification {
        @Override
        protected Backend open() {
            return plain();
        }
    }

    @Group
    class Training extends TrainingSpecification {
        @Override
        protected Backend open() {
            return plain();
        }
    }
}
