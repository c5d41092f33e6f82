package io.nudge.benchmarks;

import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Initializer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.nn.Pass;
import io.nudge.tensor.Program;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** A batch carried forward through a trained network, recorded once. */
public class InferenceBenchmark extends OnBackend {
    @Param({NetworkSize.A, NetworkSize.B, NetworkSize.C})
    String size;

    @Param("sigmoid")
    String activation;

    private Program program;

    static Work work(Map<String, String> parameters) {
        NetworkSize network = NetworkSize.parse(parameters.get("size"));
        return new Work(network.forwardFlops(), 0, network.batch());
    }

    @Override
    void prepare() {
        NetworkSize sizes = NetworkSize.parse(size);
        Architecture architecture =
                Architecture.uniform(Activation.named(activation), Activation.SIGMOID, Cost.QUADRATIC, sizes.layers());
        Network network = own(Network.create(architecture, Initializer.GLOROT_NORMAL, SEED, backend(), type()));
        Pass pass = own(Pass.inference(network, sizes.batch()));
        fill(pass.input(), 1);
        program = own(backend().record(pass::forward));
    }

    /** One batch. */
    @Benchmark
    public void forward() {
        program.run();
        await();
    }
}
