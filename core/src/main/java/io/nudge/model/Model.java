package io.nudge.model;

import io.nudge.data.Scaling;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A trained network and all that is needed to use it: architecture, parameters, how inputs are scaled, what inputs and
 * classes are called, and notes. It lives in Java memory, on no backend, and in a file of the safetensors format, which
 * other tools read too: {@code layer.1.weights} [out, in], {@code layer.1.bias} [out], and so on.
 *
 * <p>A file is replaced whole or not at all, and what is loaded has the bits that were saved; one that was damaged is
 * refused. Immutable, so safe to use from any thread.
 *
 * <pre>{@code
 * Model.of(network).withScaling(scaling).withClassNames(data.classNames()).save(Path.of("iris.safetensors"));
 *
 * Model model = Model.load(Path.of("iris.safetensors"));
 * try (Network network = model.network(backend, DType.FLOAT32)) {
 *     double[][] outputs = network.predict(inputs); // scaled by model.scaling(), where there is one
 * }
 * }</pre>
 */
public final class Model {
    private final Architecture architecture;
    private final Parameters parameters;
    private final Scaling scaling;
    private final List<String> classNames;
    private final List<String> inputNames;
    private final Map<String, String> notes;

    private Model(
            Architecture architecture,
            Parameters parameters,
            Scaling scaling,
            List<String> classNames,
            List<String> inputNames,
            Map<String, String> notes) {
        this.architecture = architecture;
        this.parameters = parameters;
        this.scaling = scaling;
        this.classNames = List.copyOf(classNames);
        this.inputNames = List.copyOf(inputNames);
        this.notes = Collections.unmodifiableMap(new TreeMap<>(notes));
    }

    /** A model of these parameters, which are not copied. */
    static Model of(Architecture architecture, Parameters parameters) {
        return new Model(architecture, parameters, null, List.of(), List.of(), Map.of());
    }

    /**
     * Copies a network.
     *
     * @param network the network, in float32 or float64
     * @return a model with its architecture, type and parameters, and nothing else
     */
    public static Model of(Network network) {
        return of(network.architecture(), Parameters.of(network.parameters()));
    }

    /**
     * Adds how inputs are scaled before they enter the network.
     *
     * @param with as many columns as the network has inputs
     * @return a new model
     * @throws IllegalArgumentException if they are not as many
     */
    public Model withScaling(Scaling with) {
        requireAsMany(with.columns(), architecture.inputs(), "columns of the scaling", "inputs");
        return new Model(architecture, parameters, with, classNames, inputNames, notes);
    }

    /**
     * Adds what the classes are called.
     *
     * @param names one for each output, or none
     * @return a new model
     * @throws IllegalArgumentException if they are not as many
     */
    public Model withClassNames(List<String> names) {
        if (!names.isEmpty()) {
            requireAsMany(names.size(), architecture.outputs(), "class names", "outputs");
        }
        return new Model(architecture, parameters, scaling, names, inputNames, notes);
    }

    /**
     * Adds what the inputs are called.
     *
     * @param names one for each input, or none
     * @return a new model
     * @throws IllegalArgumentException if they are not as many
     */
    public Model withInputNames(List<String> names) {
        if (!names.isEmpty()) {
            requireAsMany(names.size(), architecture.inputs(), "input names", "inputs");
        }
        return new Model(architecture, parameters, scaling, classNames, names, notes);
    }

    /**
     * Replaces the notes.
     *
     * @param texts any text by any key, for example where the data came from
     * @return a new model
     */
    public Model withNotes(Map<String, String> texts) {
        return new Model(architecture, parameters, scaling, classNames, inputNames, texts);
    }

    /** The same model with other parameters, which are not copied. */
    Model withParameters(Parameters others) {
        return new Model(architecture, others, scaling, classNames, inputNames, notes);
    }

    private static void requireAsMany(int given, int needed, String what, String of) {
        if (given != needed) {
            throw new IllegalArgumentException("there are %d %s, but the network has %d %s; they must be as many"
                    .formatted(given, what, needed, of));
        }
    }

    /**
     * What the network is made of.
     *
     * @return the architecture
     */
    public Architecture architecture() {
        return architecture;
    }

    /**
     * The type in which the parameters are kept and saved.
     *
     * @return float32 or float64
     */
    public DType type() {
        return parameters.type();
    }

    /**
     * All parameters, in the order that {@link Architecture} says.
     *
     * @return a copy; exact
     */
    public double[] parameters() {
        return parameters.doubles();
    }

    /**
     * How inputs are scaled before they enter the network.
     *
     * @return the scaling; empty where they enter as they are
     */
    public Optional<Scaling> scaling() {
        return Optional.ofNullable(scaling);
    }

    /**
     * What the classes are called.
     *
     * @return one name for each output; empty where they have none
     */
    public List<String> classNames() {
        return classNames;
    }

    /**
     * What the inputs are called.
     *
     * @return one name for each input; empty where they have none
     */
    public List<String> inputNames() {
        return inputNames;
    }

    /**
     * Notes, by key.
     *
     * @return free text, the keys in order
     */
    public Map<String, String> notes() {
        return notes;
    }

    /**
     * Saves the model. What was there before is replaced whole, or stays as it was.
     *
     * @param file a file of the default file system; its folder must be there
     * @throws UncheckedIOException if it cannot be written
     * @throws ModelException if names and notes are too long for a file, or are not Unicode text
     */
    public void save(Path file) {
        Safetensors.write(file, ModelFormat.metadata(this), ModelFormat.tensors(this));
    }

    /**
     * Loads a model, or that of a {@link Checkpoint}.
     *
     * @param file a file that {@link #save} or {@link Checkpoint#save} wrote
     * @return the model
     * @throws ModelException if there is no such file, or it holds no model that this version reads, or is damaged
     * @throws UncheckedIOException if it cannot be read
     */
    public static Model load(Path file) {
        return Safetensors.read(file, ModelFormat::read);
    }

    /**
     * Makes a network of this model on a backend. Of the model's own type it has the same bits; float32 parameters become
     * float64 exactly; float64 parameters are rounded to float32.
     *
     * @param backend where it is to live
     * @param type float32 or float64
     * @return the network, to be closed by the caller; it belongs to no scope
     * @throws IllegalArgumentException if a finite parameter is too large for float32
     */
    public Network network(Backend backend, DType type) {
        parameters.requireFit(type);
        Network network = Network.zeros(architecture, backend, type);
        try {
            parameters.writeTo(network.parameters());
            return network;
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    /** The parameters themselves, for saving. */
    Parameters rawParameters() {
        return parameters;
    }

    /** For people: {@code 784-30-10, sigmoid, quadratic cost, float32}. */
    @Override
    public String toString() {
        return architecture + ", " + type();
    }
}
