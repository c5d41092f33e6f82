package io.nudge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.data.Scaling;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.nn.Architecture;
import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("model.safetensors");
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64"})
    void comesBackWithAllThatItHad(DType type) {
        Model model = ModelFiles.full(type);
        model.save(file);
        ModelFiles.assertSame(Model.load(file), model);
    }

    @Test
    void comesBackBare() {
        Model model = Model.of(Architecture.sigmoid(3, 2), ModelFiles.random(DType.FLOAT32, 8, 1));
        model.save(file);
        ModelFiles.assertSame(Model.load(file), model);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sigmoid",
                "relu",
                "leaky-relu:0.30000000000000004",
                "elu:1.7",
                "tanh",
                "softplus",
                "silu",
                "gelu",
                "identity"
            })
    void everyActivationComesBack(String name) {
        assertComesBack(Activation.named(name), Activation.IDENTITY, Cost.QUADRATIC);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quadratic",
                "half-quadratic",
                "mean-squared-error",
                "binary-cross-entropy",
                "categorical-cross-entropy"
            })
    void everyCostComesBack(String name) {
        assertComesBack(Activation.TANH, Activation.SOFTMAX, Cost.named(name, Activation.SOFTMAX));
    }

    private void assertComesBack(Activation hidden, Activation output, Cost cost) {
        Architecture architecture = Architecture.uniform(hidden, output, cost, 2, 3, 2);
        Model.of(architecture, ModelFiles.random(DType.FLOAT32, architecture.parameterCount(), 1))
                .save(file);
        assertThat(Model.load(file).architecture()).isEqualTo(architecture);
    }

    @Test
    void theSameModelGivesTheSameBytes() throws IOException {
        Path other = folder.resolve("other");
        ModelFiles.full(DType.FLOAT32).save(file);
        ModelFiles.full(DType.FLOAT32).save(other);
        assertThat(other).hasSameBinaryContentAs(file);
    }

    @Test
    void tensorsAreNamedByLayerAndHaveTheirShapes() {
        ModelFiles.full(DType.FLOAT32).save(file);
        Map<String, Shape> shapes = new LinkedHashMap<>();
        Safetensors.read(file, open -> {
            open.tensors().forEach((name, entry) -> shapes.put(name, entry.shape()));
            return null;
        });
        assertThat(shapes)
                .isEqualTo(Map.of(
                        "input.shift", Shape.of(4),
                        "input.factor", Shape.of(4),
                        "layer.1.weights", Shape.of(5, 4),
                        "layer.1.bias", Shape.of(5),
                        "layer.2.weights", Shape.of(3, 5),
                        "layer.2.bias", Shape.of(3)));
    }

    @Test
    void aFileOfOthersNeedsNoChecksum() throws IOException {
        Model model = ModelFiles.full(DType.FLOAT64);
        model.save(file);
        ModelFiles.dropChecksum(file);
        ModelFiles.assertSame(Model.load(file), model);
    }

    @Test
    void refusesWhatDoesNotFitTheNetwork() {
        Model model = ModelFiles.full(DType.FLOAT32);
        assertThatThrownBy(() -> model.withScaling(Scaling.none(3))).hasMessageContaining("3 columns", "4 inputs");
        assertThatThrownBy(() -> model.withClassNames(List.of("a"))).hasMessageContaining("1 class names", "3 outputs");
        assertThatThrownBy(() -> model.withInputNames(List.of("a"))).hasMessageContaining("1 input names", "4 inputs");
        assertThat(model.withClassNames(List.of()).classNames()).isEmpty();
    }

    @Test
    void isImmutable() {
        Model model = ModelFiles.full(DType.FLOAT64);
        model.parameters()[0] = 7;
        assertThat(model.parameters()[0]).isNotEqualTo(7);
        assertThatThrownBy(() -> model.notes().put("a", "b")).isInstanceOf(UnsupportedOperationException.class);
    }

    // ---- files that are not models ----------------------------------------------------------------------------------

    /** A small model's file with some of its metadata and tensors changed. */
    private void write(Map<String, String> metadata, Map<String, Slice> tensors) {
        Model model = Model.of(Architecture.sigmoid(2, 3), ModelFiles.random(DType.FLOAT32, 9, 1));
        Map<String, String> allMetadata = ModelFormat.metadata(model);
        Map<String, Slice> allTensors = ModelFormat.tensors(model);
        allMetadata.putAll(metadata);
        allTensors.putAll(tensors);
        allMetadata.values().removeIf(String::isEmpty);
        allTensors.values().removeIf(each -> each.shape().size() == 0);
        Safetensors.write(file, allMetadata, allTensors);
    }

    private void assertRefused(String... message) {
        assertThatThrownBy(() -> Model.load(file))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContainingAll(message);
    }

    private void assertMetadataRefused(String key, String value, String... message) {
        write(Map.of(key, value), Map.of());
        assertRefused(message);
    }

    private void assertArchitectureRefused(String value, String... message) {
        assertMetadataRefused("architecture", value.replace('\'', '"'), message);
    }

    @Test
    void refusesOtherFormatsAndNewerVersions() {
        assertMetadataRefused("format", "", "not a model of Nudge", "of none");
        assertMetadataRefused("format", "pt", "not a model of Nudge", "'pt'");
        assertMetadataRefused("version", "2", "format version 2", "up to version 1", "newer Nudge");
        assertMetadataRefused("version", "x", "'x'");
        assertMetadataRefused("version", "", "version");
    }

    @Test
    void refusesArchitecturesThatItDoesNotKnow() {
        String layers = "{'inputs':2,'layers':[{'neurons':3,'activation':'%s','dropout':0.0}],'cost':'%s'}";
        assertArchitectureRefused(layers.formatted("swish", "quadratic"), "unknown activation 'swish'", "newer Nudge");
        assertArchitectureRefused(layers.formatted("sigmoid", "hinge"), "unknown cost 'hinge'", "newer Nudge");
        assertArchitectureRefused(layers.formatted("elu:x", "quadratic"), "'x' is not a number");
        assertArchitectureRefused(layers.formatted("tanh", "cross-entropy"), "between 0 and 1");
    }

    @Test
    void refusesArchitecturesThatAreNone() {
        String layer = "{'neurons':%s,'activation':'sigmoid','dropout':%s}";
        String whole = "{'inputs':%s,'layers':[%s],'cost':'quadratic'}";
        assertMetadataRefused("architecture", "", "lack 'architecture'");
        assertArchitectureRefused("[]", "JSON object");
        assertArchitectureRefused("{", "not valid JSON");
        assertArchitectureRefused(" ", "not valid JSON");
        assertArchitectureRefused("{}", "lacks 'layers'");
        assertArchitectureRefused("{'layers':{}}", "array");
        assertArchitectureRefused(whole.formatted(2, ""), "no layers");
        assertArchitectureRefused(whole.formatted(2, "3"), "layer 1", "JSON object");
        assertArchitectureRefused(whole.formatted(2, "null"), "layer 1", "JSON object");
        assertArchitectureRefused(whole.formatted(2, layer.formatted("0", "0")), "at least 1 neuron");
        assertArchitectureRefused(whole.formatted(2, layer.formatted("-1", "0")), "not negative");
        assertArchitectureRefused(whole.formatted(2, layer.formatted("1.5", "0")), "whole number");
        assertArchitectureRefused(whole.formatted(2, layer.formatted("1e400", "0")), "whole number");
        assertArchitectureRefused(whole.formatted(2, layer.formatted("3000000000", "0")), "at most");
        assertArchitectureRefused(whole.formatted(2, layer.formatted("3", "0.5")), "dropout");
        assertArchitectureRefused(whole.formatted(2, layer.formatted("3", "'x'")), "number");
        assertArchitectureRefused(whole.formatted(0, layer.formatted("3", "0")), "at least 1 input");
    }

    @Test
    void refusesMoreParametersThanCanBe() {
        String layer = "{'neurons':2147483647,'activation':'sigmoid','dropout':0.0}";
        String layers = String.join(",", Collections.nCopies(4, layer));
        assertArchitectureRefused("{'inputs':2,'layers':[" + layers + "],'cost':'quadratic'}", "more parameters");
    }

    @Test
    void refusesTensorsThatDoNotFitTheArchitecture() {
        Slice none = Slice.of(new double[0], 0);
        write(Map.of(), Map.of("layer.1.bias", none));
        assertRefused("lacks the tensor 'layer.1.bias'");
        write(Map.of(), Map.of("layer.1.bias", Slice.of(new double[3], 3)));
        assertRefused("'layer.1.bias' is F64, but should be F32");
        write(Map.of(), Map.of("layer.1.weights", new Slice(DType.FLOAT32, Shape.of(2, 3), new float[6], 0)));
        assertRefused("'layer.1.weights' has the shape [2, 3], but [3, 2] is needed");
        write(Map.of(), Map.of("layer.1.weights", new Slice(DType.INT64, Shape.of(3, 2), new long[6], 0)));
        assertRefused("whole numbers");
    }

    @Test
    void refusesBadNamesAndScalings() {
        assertMetadataRefused("class_names", "[\"a\"]", "1 class names");
        assertMetadataRefused("class_names", "[1,2,3]", "should be a string");
        assertMetadataRefused("class_names", "{}", "array of strings");
        assertMetadataRefused("input_names", "[\"a\",[]]", "should be a string");
        assertMetadataRefused("notes", "{\"a\":1}", "should be a string");
        assertMetadataRefused("notes", "{\"a\":null}", "lacks 'a'");
        write(Map.of(), Map.of("input.shift", Slice.of(new double[2], 2)));
        assertRefused("input.factor");
        double[] bad = {Double.NaN, 1};
        write(Map.of(), Map.of("input.shift", Slice.of(bad, 2), "input.factor", Slice.of(new double[2], 2)));
        assertRefused("not finite");
    }

    @Test
    void quotesNothingThatBreaksALine() {
        String evil = "{\"inputs\":2,\"layers\":[],\"cost\":\"" + "\\n\\u2028".repeat(5000) + "\"}";
        write(Map.of("format", "a\nb\u2028" + evil.repeat(10)), Map.of());
        assertThatThrownBy(() -> Model.load(file))
                .isInstanceOf(ModelException.class)
                .message()
                .doesNotContain("\n", "\u2028")
                .hasSizeLessThan(1200);
    }

    @Test
    void refusesToMakeInfinitiesOutOfLargeNumbers() {
        Parameters large = Parameters.of(DType.FLOAT64, new double[] {1, 1e300});
        assertThatThrownBy(() -> large.requireFit(DType.FLOAT32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameter 1 is 1.0E300")
                .hasMessageContaining("float64");
        large.requireFit(DType.FLOAT64);
        double[] special = {Double.NaN, Double.POSITIVE_INFINITY, 1e-300, Float.MAX_VALUE};
        Parameters.of(DType.FLOAT64, special).requireFit(DType.FLOAT32);
    }
}
