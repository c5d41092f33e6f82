package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Matrix products and what is one. */
public abstract class ProductSpecification extends CallSpecification {
    @Override
    final Catalogue catalogue() {
        return TensorCalls.products();
    }

    @Example
    void largeProductsAreAsRightAsSmall() {
        every(new Sizes(much(130), much(259), much(387)), 1, false, this::verify);
        every(new Sizes(1, much(1021), much(771)), 2, false, this::verify);
        every(new Sizes(much(1021), 1, much(771)), 3, false, this::verify);
    }

    @Example
    void everyTranspositionAtKnownNumbers() {
        double[][] a = {{1, 2, 3}, {4, 5, 6}};
        double[][] b = {{1, -1}, {0, 2}, {-3, 1}};
        double[] product = {-8, 6, -14, 12};
        for (DType type : floatingTypes()) {
            try (Tensor x = matrix(type, a);
                    Tensor y = matrix(type, b);
                    Tensor xFlipped = x.transpose();
                    Tensor yFlipped = y.transpose();
                    Tensor c = x.matmul(y)) {
                assertThat(c.doubles()).as("matmul").containsExactly(product);
                operations.product(1, xFlipped, Transpose.YES, y, Transpose.NO, 0, c);
                assertThat(c.doubles()).as("YES NO").containsExactly(product);
                operations.product(1, x, Transpose.NO, yFlipped, Transpose.YES, 0, c);
                assertThat(c.doubles()).as("NO YES").containsExactly(product);
                operations.product(2, xFlipped, Transpose.YES, yFlipped, Transpose.YES, -1, c);
                assertThat(c.doubles()).as("2 YES YES − c").containsExactly(product);
            }
        }
    }

    /** Small whole numbers: every sum is exact in any order, so a single index astray shows. */
    @Property(tries = 25, seed = "20260102")
    void productsOfWholeNumbersAreExact(
            @ForAll("sizes") Sizes sizes, @ForAll Transpose ta, @ForAll Transpose tb, @ForAll long seed) {
        if (worthwhile(seed, 1)) {
            assertExact(affordable(sizes), ta, tb, seed);
        }
    }

    /** Lengths whose product is a million and more: work for a library, or for several threads. */
    @Property(tries = 10, seed = "20260102")
    void largeProductsOfWholeNumbersAreExact(
            @ForAll("large") Sizes sizes, @ForAll Transpose ta, @ForAll Transpose tb, @ForAll long seed) {
        if (worthwhile(seed, 1)) {
            assertExact(affordable(sizes), ta, tb, seed);
        }
    }

    @Provide
    Arbitrary<Sizes> large() {
        Arbitrary<Integer> length = Arbitraries.of(101, 107, 127, 128, 129, 160, 193, 257);
        return Combinators.combine(length, length, length).as(Sizes::new);
    }

    private void assertExact(Sizes sizes, Transpose ta, Transpose tb, long seed) {
        for (DType type : floatingTypes()) {
            Draw draw = new Draw(seed, type, false);
            Shape left = ta == Transpose.NO ? Shape.of(sizes.m(), sizes.k()) : Shape.of(sizes.k(), sizes.m());
            Shape right = tb == Transpose.NO ? Shape.of(sizes.k(), sizes.n()) : Shape.of(sizes.n(), sizes.k());
            try (Tensor a = backend.tensor(whole(draw, left), left, type);
                    Tensor b = backend.tensor(whole(draw, right), right, type);
                    Tensor c = backend.zeros(Shape.of(sizes.m(), sizes.n()), type)) {
                operations.fill(c, 5);
                double[] expected =
                        reference(type).product(2, a, ta, b, tb, -3, c).values();
                operations.product(2, a, ta, b, tb, -3, c);
                assertSame("product " + ta + " " + tb + " " + sizes + " " + type, c.doubles(), expected);
            }
        }
    }

    private static double[] whole(Draw draw, Shape shape) {
        double[] values = new double[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = draw.below(13) - 6;
        }
        return values;
    }

    @Example
    void withBetaZeroWhatWasThereDoesNotCount() {
        for (DType type : floatingTypes()) {
            try (Tensor a = matrix(type, new double[][] {{2}});
                    Tensor nothing = backend.zeros(Shape.of(1, 0), type);
                    Tensor c = matrix(type, new double[][] {{Double.NaN}})) {
                operations.product(1, nothing, Transpose.NO, nothing, Transpose.YES, 0, c);
                assertThat(c.doubles()).as("a sum of nothing").containsExactly(0);
                operations.fill(c, Double.NEGATIVE_INFINITY);
                operations.product(1, a, Transpose.NO, a, Transpose.NO, 0, c);
                assertThat(c.doubles()).containsExactly(4);
                operations.product(1, nothing, Transpose.NO, nothing, Transpose.YES, 0.5, c);
                assertThat(c.doubles())
                        .as("a sum of nothing, and half of what was there")
                        .containsExactly(2);
            }
        }
    }

    @Example
    void whatIsNoNumberSpoilsItsRowAndColumnOnly() {
        for (DType type : floatingTypes()) {
            try (Tensor a = backend.zeros(Shape.of(33, 17), type);
                    Tensor b = backend.zeros(Shape.of(17, 35), type)) {
                operations.fill(a, 1);
                operations.fill(b, 1);
                a.view(4 * 17 + 16, Shape.of(1)).write(new double[] {Double.NaN});
                b.view(34, Shape.of(1)).write(new double[] {Double.NaN});
                try (Tensor c = a.matmul(b)) {
                    double[] expected = new double[33 * 35];
                    for (int i = 0; i < expected.length; i++) {
                        expected[i] = i / 35 == 4 || i % 35 == 34 ? Double.NaN : 17;
                    }
                    assertSame("row 4 and column 34 of 33 × 35 are spoilt", c.doubles(), expected);
                }
            }
        }
    }

    @Example
    void theOuterProductOfTwoVectors() {
        for (DType type : floatingTypes()) {
            try (Tensor a = vector(type, 1, 2);
                    Tensor b = vector(type, 3, -4, 5);
                    Tensor product = a.outer(b)) {
                assertThat(product.shape()).isEqualTo(Shape.of(2, 3));
                assertThat(product.doubles()).containsExactly(3, -4, 5, 6, -8, 10);
            }
        }
    }
}
