package io.nudge.benchmarks.peers.process;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The work that every peer does: a network, and what is to be measured of it. Written as one line, {@code name=value} between
 * tabs.
 *
 * @param name for people, such as {@code B with Adam}
 * @param layers n of layer 0, 1, …, L
 * @param kind activations and cost
 * @param adam Adam with the constants of its paper, but for ε (see {@link #ADAM_EPSILON}), else plain SGD
 * @param rate of the optimizer
 * @param batch examples in a step
 * @param training whether a step trains, else it is a pass forward
 * @param examples in the data
 * @param folder where {@link JobData} is
 */
public record Job(
        String name,
        List<Integer> layers,
        Kind kind,
        boolean adam,
        double rate,
        int batch,
        boolean training,
        int examples,
        Path folder) {
    /**
     * Next to nothing, so that it does not matter whether ε is added before or after the correction of the variance, in which
     * libraries differ.
     */
    public static final double ADAM_EPSILON = 1e-12;

    /** Activations and cost, which go together. */
    public enum Kind {
        /** Sigmoid in every layer, C₀ = Σ (a − y)². */
        SIGMOID,
        /** ReLU in hidden layers, softmax with cross-entropy at the end. */
        RELU
    }

    /** Keeps its own list. */
    public Job {
        layers = List.copyOf(layers);
    }

    /**
     * Reads a line.
     *
     * @param line as {@link #toLine} writes it
     * @return the job
     */
    public static Job parse(String line) {
        Map<String, String> values = new HashMap<>();
        for (String word : line.split("\t", -1)) {
            int equals = word.indexOf('=');
            values.put(word.substring(0, equals), word.substring(equals + 1));
        }
        List<Integer> layers = Stream.of(values.get("layers").split("-", -1))
                .map(Integer::valueOf)
                .toList();
        return new Job(
                values.get("name"),
                layers,
                values.get("kind").equals("relu") ? Kind.RELU : Kind.SIGMOID,
                values.get("optimizer").equals("adam"),
                Double.parseDouble(values.get("rate")),
                Integer.parseInt(values.get("batch")),
                values.get("mode").equals("train"),
                Integer.parseInt(values.get("examples")),
                Path.of(values.get("folder")));
    }

    /**
     * Writes the job.
     *
     * @return one line, which peers in other languages read too
     */
    public String toLine() {
        return String.join(
                "\t",
                "name=" + name,
                "layers=" + layers.stream().map(String::valueOf).collect(Collectors.joining("-")),
                "kind=" + (kind == Kind.RELU ? "relu" : "sigmoid"),
                "optimizer=" + (adam ? "adam" : "sgd"),
                "rate=" + rate,
                "batch=" + batch,
                "mode=" + (training ? "train" : "infer"),
                "examples=" + examples,
                "folder=" + folder);
    }

    /**
     * L.
     *
     * @return the number of layers, the input not counted
     */
    public int depth() {
        return layers.size() - 1;
    }

    /**
     * The number of whole batches in the data.
     *
     * @return at least 1
     */
    public int batches() {
        return examples / batch;
    }
}
