package io.nudge.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScalingTest {
    private static final Dataset TRAIN =
            Dataset.labelled(new float[][] {{1, 7, 10}, {3, 7, 30}}, new int[] {1, 0}, List.of("a", "b"));

    @Test
    void fitsMeans() {
        assertThat(Scaling.standard(TRAIN).shift()).containsExactly(2, 7, 20);
    }

    @Test
    void fitsDeviationsAndLeavesAConstantColumnAtOne() {
        assertThat(Scaling.standard(TRAIN).factor()).containsExactly(1, 1, 0.1);
    }

    @Test
    void scalesToMeanZero() {
        assertThat(Scaling.standard(TRAIN).apply(TRAIN).input(0)).containsExactly(-1, 0, -1);
    }

    @Test
    void constantColumnBecomesZeroThoughItsValueIsNoRoundNumber() {
        float[][] inputs = new float[1001][1];
        for (float[] row : inputs) {
            row[0] = 0.1f;
        }
        Dataset constant = Dataset.unlabelled(inputs);

        assertThat(Scaling.standard(constant).apply(constant).input(1000)).containsExactly(0);
    }

    @Test
    void givesDeviationOneOnRealData() {
        Dataset iris = Datasets.iris();
        Dataset scaled = Scaling.standard(iris).apply(iris);
        double squares = 0;
        for (int i = 0; i < scaled.size(); i++) {
            squares += scaled.input(i)[2] * (double) scaled.input(i)[2];
        }

        assertThat(Math.sqrt(squares / scaled.size()))
                .as("deviation of petal length")
                .isCloseTo(1, within(1e-6));
    }

    @Test
    void doesNotLoseDigitsToALargeMean() {
        Dataset far = Dataset.unlabelled(new float[][] {{16_000_000}, {16_000_001}, {16_000_002}});

        assertThat(Scaling.standard(far).factor()[0]).isCloseTo(Math.sqrt(1.5), within(1e-12));
    }

    @Test
    void extremeValuesStayFinite() {
        Dataset extreme = Dataset.unlabelled(new float[][] {{Float.MAX_VALUE, Float.MIN_VALUE}, {-Float.MAX_VALUE, 0}});

        assertThat(Scaling.standard(extreme).apply(extreme).input(0)).containsExactly(1, 1);
    }

    @Test
    void noneChangesNothing() {
        assertThat(Scaling.none(3).apply(TRAIN).input(1)).containsExactly(3, 7, 30);
    }

    @Test
    void keepsTargetsOfAPart() {
        Dataset part = TRAIN.subset(new int[] {1});

        assertThat(Scaling.standard(TRAIN).apply(part).label(0)).isZero();
    }

    @Test
    void keepsNumbersOfAPart() {
        Dataset part =
                Dataset.of(new float[][] {{1}, {2}}, new float[][] {{3}, {4}}).range(1, 2);

        assertThat(Scaling.none(1).apply(part).target(0)).containsExactly(4);
    }

    @Test
    void leavesTheDataSetAsItWas() {
        Scaling.standard(TRAIN).apply(TRAIN);

        assertThat(TRAIN.input(0)).containsExactly(1, 7, 10);
    }

    @Test
    void scalesRowsInPlace() {
        float[] rows = {3, 8, 20, 1, 7, 10};
        Scaling.standard(TRAIN).apply(rows);

        assertThat(rows).containsExactly(1, 1, 0, -1, 0, -1);
    }

    @Test
    void comesBackFromItsNumbers() {
        Scaling fitted = Scaling.standard(TRAIN);

        assertThat(Scaling.of(fitted.shift(), fitted.factor())).isEqualTo(fitted);
    }

    @Test
    void isNotChangedThroughItsAccessors() {
        Scaling fitted = Scaling.standard(TRAIN);
        fitted.shift()[0] = 99;

        assertThat(fitted.shift()[0]).isEqualTo(2);
    }

    @Test
    void refusesOtherColumns() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> Scaling.none(2).apply(TRAIN))
                .withMessage("the scaling is for 2 input columns, but there are 3");
    }

    @Test
    void refusesNumbersThatAreNotFinite() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> Scaling.of(new double[] {0}, new double[] {Double.NaN}))
                .withMessage("the scaling's factor of column 0 is NaN, which is not finite");
    }

    @Test
    void refusesOneNumberTooMany() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> Scaling.of(new double[2], new double[1]))
                .withMessage("a scaling needs as many shifts as factors, but there are 2 and 1");
    }

    @Test
    void saysWhichValueIsOutOfRangeOnceScaled() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() ->
                        Scaling.of(new double[] {0, 0}, new double[] {1, 1e30}).apply(new float[] {1, 1, 1, 1e30f}))
                .withMessageStartingWith("example 1, column 1 is not finite once scaled");
    }
}
