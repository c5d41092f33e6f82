package io.nudge.benchmarks;

import io.nudge.math.Initializer;
import io.nudge.model.Model;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** A model's file, written and read: what a program waits for that starts with a trained network. */
public class ModelBenchmark extends OnBackend {
    @Param({NetworkSize.A, NetworkSize.B, NetworkSize.C})
    String size;

    private Path folder;
    private Path file;
    private Model model;

    static Work work(Map<String, String> parameters) {
        NetworkSize network = NetworkSize.parse(parameters.get("size"));
        long numbers = Architecture.sigmoid(network.layers()).parameterCount();
        return Work.bytes((double) numbers * (parameters.get("type").equals("float64") ? Double.BYTES : Float.BYTES));
    }

    @Override
    void prepare() {
        Architecture architecture = Architecture.sigmoid(NetworkSize.parse(size).layers());
        try (Network network = Network.create(architecture, Initializer.GLOROT_NORMAL, SEED, backend(), type())) {
            model = Model.of(network);
        }
        folder = temporaryFolder();
        file = folder.resolve("model.safetensors");
        model.save(file);
    }

    /** From Java memory to a file. */
    @Benchmark
    public void save() {
        model.save(file);
    }

    /** From a file, most likely in the cache of the system, to a network on the backend. */
    @Benchmark
    public void load() {
        try (Network network = Model.load(file).network(backend(), type())) {
            await();
        }
    }

    @Override
    void check() {
        try {
            Files.delete(file);
            Files.delete(folder);
        } catch (IOException e) {
            throw new IllegalStateException("the model's file cannot be removed", e);
        }
    }
}
