package io.nudge.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DatasetsTest {
    @Test
    void hasDigits() {
        assertThat(Datasets.digits()).hasToString("Dataset[5000 examples, 400 inputs, 10 classes]");
    }

    @Test
    void hasAsManyOfEachDigit() {
        assertThat(Datasets.digits().classCounts()).containsOnly(500);
    }

    @Test
    void splitsDigitsEvenly() {
        assertThat(Datasets.digits().split(0.2, 1).held().classCounts()).containsOnly(100);
    }

    @Test
    void hasDigitsThatWereNotChanged() {
        Dataset digits = Datasets.digits();
        float[] all = new float[5000 * 400];
        digits.copyInputs(0, 5000, all);
        double sum = 0;
        for (float pixel : all) {
            sum += pixel;
        }

        assertThat(sum / all.length).as("mean of the pixels").isBetween(0.13255, 0.13265);
    }

    @Test
    void hasIrises() {
        assertThat(Datasets.iris()).hasToString("Dataset[150 examples, 4 inputs, 3 classes]");
    }

    @Test
    void namesTheSpecies() {
        assertThat(Datasets.iris().classNames()).containsExactly("setosa", "versicolor", "virginica");
    }

    @Test
    void namesWhatWasMeasured() {
        assertThat(Datasets.iris().inputNames())
                .containsExactly("sepal length", "sepal width", "petal length", "petal width");
    }

    @Test
    void hasAsManyOfEachSpecies() {
        assertThat(Datasets.iris().classCounts()).containsOnly(50);
    }

    /** The two flowers that the copy at UCI has wrong; Fisher's paper has these numbers. */
    @Test
    void hasTheIrisesOfFisher() {
        Dataset iris = Datasets.iris();

        assertThat(Arrays.asList(iris.input(34), iris.input(37)))
                .usingRecursiveComparison()
                .isEqualTo(Arrays.asList(new float[] {4.9f, 3.1f, 1.5f, 0.2f}, new float[] {4.9f, 3.6f, 1.4f, 0.1f}));
    }

    @Test
    void saysWhereTheDataIsFrom() throws IOException {
        try (InputStream notice = Datasets.class.getResourceAsStream("NOTICE")) {
            assertThat(notice).as("the file NOTICE beside the data").isNotNull();
        }
    }
}
