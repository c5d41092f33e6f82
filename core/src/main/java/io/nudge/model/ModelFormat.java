package io.nudge.model;

import io.nudge.data.Scaling;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.model.Header.Entry;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** How a model is laid out in a safetensors file: what the keys of the metadata and the names of the tensors mean. */
final class ModelFormat {
    private static final String NAME = "nudge";
    private static final int VERSION = 1;
    private static final String SHIFT = "input.shift";
    private static final String FACTOR = "input.factor";

    private ModelFormat() {}

    static Map<String, String> metadata(Model model) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", NAME);
        metadata.put("version", String.valueOf(VERSION));
        metadata.put("architecture", Fields.write(architecture(model.architecture())));
        putUnlessEmpty(
                metadata, "class_names", model.classNames(), model.classNames().isEmpty());
        putUnlessEmpty(
                metadata, "input_names", model.inputNames(), model.inputNames().isEmpty());
        putUnlessEmpty(metadata, "notes", model.notes(), model.notes().isEmpty());
        return metadata;
    }

    private static void putUnlessEmpty(Map<String, String> metadata, String key, Object value, boolean empty) {
        if (!empty) {
            metadata.put(key, Fields.write(value));
        }
    }

    private static Map<String, Object> architecture(Architecture architecture) {
        List<Object> layers = new ArrayList<>();
        for (Dense layer : architecture.layers()) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("neurons", layer.neurons());
            members.put("activation", layer.activation().name());
            members.put("dropout", layer.dropout());
            layers.add(members);
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("inputs", architecture.inputs());
        members.put("layers", layers);
        members.put("cost", architecture.cost().name());
        return members;
    }

    static Map<String, Slice> tensors(Model model) {
        Map<String, Slice> tensors = layers(model.architecture(), model.rawParameters());
        model.scaling().ifPresent(scaling -> {
            tensors.put(SHIFT, Slice.of(scaling.shift(), scaling.columns()));
            tensors.put(FACTOR, Slice.of(scaling.factor(), scaling.columns()));
        });
        return tensors;
    }

    /** Weights and bias of each layer as parts of all parameters, which lie in the order of {@link Architecture}. */
    private static Map<String, Slice> layers(Architecture architecture, Parameters parameters) {
        Map<String, Slice> slices = new LinkedHashMap<>();
        long at = 0;
        for (int l = 1; l <= architecture.depth(); l++) {
            Shape shape = weightShape(architecture, l);
            slices.put(weights(l), parameters.slice(at, shape));
            at += shape.size();
        }
        for (int l = 1; l <= architecture.depth(); l++) {
            slices.put(bias(l), parameters.slice(at, Shape.of(architecture.neurons(l))));
            at += architecture.neurons(l);
        }
        return slices;
    }

    private static String weights(int l) {
        return "layer." + l + ".weights";
    }

    private static String bias(int l) {
        return "layer." + l + ".bias";
    }

    private static Shape weightShape(Architecture architecture, int l) {
        return Shape.of(architecture.neurons(l), architecture.neurons(l - 1));
    }

    static Model read(Safetensors file) throws IOException {
        requireFormat(file.metadata());
        Architecture architecture = architecture(Fields.parse("the architecture", text(file, "architecture")));
        Model model = Model.of(architecture, parameters(file, architecture));
        Map<String, String> metadata = file.metadata();
        if (metadata.containsKey("notes")) {
            model = model.withNotes(
                    Fields.parse("the notes", metadata.get("notes")).texts());
        }
        return withScaling(withNames(model, metadata), file);
    }

    private static void requireFormat(Map<String, String> metadata) {
        String name = metadata.get("format");
        if (!NAME.equals(name)) {
            throw new ModelException(
                    "this is a safetensors file, but not a model of Nudge: its metadata have the format "
                            + (name == null ? "of none" : "'" + name + "'") + ", not '" + NAME + "'");
        }
        String version = String.valueOf(metadata.get("version"));
        if (!version.matches("[1-9][0-9]{0,8}")) {
            throw new ModelException("the version of its format is '" + version + "', which is no number");
        }
        if (Integer.parseInt(version) > VERSION) {
            throw new ModelException(
                    "it is of format version %s, but this Nudge reads up to version %d: use a newer Nudge"
                            .formatted(version, VERSION));
        }
    }

    static String text(Safetensors file, String key) {
        String text = file.metadata().get(key);
        if (text == null) {
            throw new ModelException("its metadata lack '" + key + "'");
        }
        return text;
    }

    private static Architecture architecture(Fields fields) {
        return checked(() -> {
            List<Dense> layers = new ArrayList<>();
            for (Object each : fields.list("layers")) {
                Fields layer = Fields.of("layer " + (layers.size() + 1) + " of the architecture", each);
                Activation activation = Activation.named(layer.text("activation"));
                layers.add(new Dense(layer.smallCount("neurons"), activation, layer.number("dropout")));
            }
            if (layers.isEmpty()) {
                throw new ModelException("the architecture has no layers");
            }
            Cost cost = Cost.named(
                    fields.text("cost"), layers.get(layers.size() - 1).activation());
            return new Architecture(fields.smallCount("inputs"), layers, cost);
        });
    }

    /** What other packages refuse is the file's fault here. */
    static <T> T checked(Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw new ModelException(e.getMessage() + " (if a newer Nudge saved it, use that)", e);
        } catch (ArithmeticException e) {
            throw new ModelException("the architecture has more parameters than can be", e);
        }
    }

    private static Parameters parameters(Safetensors file, Architecture architecture) throws IOException {
        DType type = require(file, weights(1), weightShape(architecture, 1)).type();
        if (!type.isFloating()) {
            throw new ModelException("the parameters are whole numbers, but should be F32 or F64");
        }
        for (int l = 1; l <= architecture.depth(); l++) {
            require(file, weights(l), weightShape(architecture, l), type);
            require(file, bias(l), Shape.of(architecture.neurons(l)), type);
        }
        return readParameters(file, architecture, type);
    }

    /** All tensors are there, so this takes no more memory than the file does. */
    private static Parameters readParameters(Safetensors file, Architecture architecture, DType type)
            throws IOException {
        Parameters parameters = Parameters.zeros(type, architecture.parameterCount());
        for (Map.Entry<String, Slice> each : layers(architecture, parameters).entrySet()) {
            file.read(each.getKey(), each.getValue());
        }
        return parameters;
    }

    private static Entry require(Safetensors file, String name, Shape shape) {
        Entry entry = file.tensors().get(name);
        if (entry == null) {
            throw new ModelException("it lacks the tensor '" + name + "'");
        }
        if (!entry.shape().equals(shape)) {
            throw new ModelException(
                    "the tensor '%s' has the shape %s, but %s is needed".formatted(name, entry.shape(), shape));
        }
        return entry;
    }

    static void require(Safetensors file, String name, Shape shape, DType type) {
        DType found = require(file, name, shape).type();
        if (found != type) {
            throw new ModelException(
                    "the tensor '%s' is %s, but should be %s".formatted(name, Header.dtype(found), Header.dtype(type)));
        }
    }

    /** Reads a tensor of floating type and known shape. */
    static Parameters read(Safetensors file, String name, DType type, long... dimensions) throws IOException {
        Shape shape = Shape.of(dimensions);
        require(file, name, shape, type);
        Parameters values = Parameters.zeros(type, shape.size());
        file.read(name, values.slice(0, shape));
        return values;
    }

    private static Model withNames(Model model, Map<String, String> metadata) {
        List<String> classes = names(metadata, "class_names");
        List<String> inputs = names(metadata, "input_names");
        return checked(() -> model.withClassNames(classes).withInputNames(inputs));
    }

    private static List<String> names(Map<String, String> metadata, String key) {
        return metadata.containsKey(key) ? Fields.texts("'" + key + "'", metadata.get(key)) : List.of();
    }

    private static Model withScaling(Model model, Safetensors file) throws IOException {
        if (!file.tensors().containsKey(SHIFT) && !file.tensors().containsKey(FACTOR)) {
            return model;
        }
        int columns = model.architecture().inputs();
        double[] shift = read(file, SHIFT, DType.FLOAT64, columns).doubles();
        double[] factor = read(file, FACTOR, DType.FLOAT64, columns).doubles();
        return checked(() -> model.withScaling(Scaling.of(shift, factor)));
    }
}
