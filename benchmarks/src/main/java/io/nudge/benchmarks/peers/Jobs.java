package io.nudge.benchmarks.peers;

import io.nudge.benchmarks.peers.process.Job;
import io.nudge.benchmarks.peers.process.JobData;
import io.nudge.math.Initializer;
import io.nudge.math.RandomStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The jobs, and the numbers that all entrants begin with: the same in every run. */
final class Jobs {
    private static final long SEED = 1;

    /** Enough that a batch is not in the cache already, and more than the largest batch. */
    private static final int EXAMPLES = 10_000;

    private static final int LARGE_BATCH = 4096;

    /** A network, as in the other benchmarks. */
    private record Size(String name, List<Integer> layers, Job.Kind kind, int batch, double rate) {}

    private static final double ADAM_RATE = 1e-4;

    private static final List<Size> SIZES = List.of(
            new Size("A", List.of(784, 30, 10), Job.Kind.SIGMOID, 10, 0.1),
            new Size("B", List.of(784, 512, 512, 10), Job.Kind.RELU, 128, 0.01),
            new Size("C", List.of(1024, 2048, 2048, 1024, 10), Job.Kind.RELU, 512, 0.01));

    private final Path folder;

    /**
     * Jobs whose numbers are in a folder.
     *
     * @param folder one that is there and empty
     */
    Jobs(Path folder) {
        this.folder = folder;
    }

    /** Training of each network, and of B with Adam. */
    List<Job> training() {
        List<Job> jobs = new ArrayList<>();
        SIZES.forEach(size -> jobs.add(job(size, "train " + size.name(), false, true, size.batch())));
        jobs.add(job(SIZES.get(1), "train B with Adam", true, true, SIZES.get(1).batch()));
        return jobs;
    }

    /** Inference of each network at batch 1, its own and a large one. */
    List<Job> inference() {
        List<Job> jobs = new ArrayList<>();
        for (Size size : SIZES) {
            for (int batch : List.of(1, size.batch(), LARGE_BATCH)) {
                jobs.add(job(size, "infer " + size.name() + " at " + batch, false, false, batch));
            }
        }
        return jobs;
    }

    private Job job(Size size, String name, boolean adam, boolean training, int batch) {
        return new Job(
                name,
                size.layers(),
                size.kind(),
                adam,
                adam ? ADAM_RATE : size.rate(),
                batch,
                training,
                EXAMPLES / size.batch() * size.batch(),
                folder.resolve(size.name()));
    }

    /** Writes the numbers of a job where it says, unless they are there. */
    static void write(Job job) throws IOException {
        if (Files.exists(job.folder())) {
            return;
        }
        Files.createDirectories(job.folder());
        write(job.folder().resolve(JobData.PARAMETERS), parameters(job));
        RandomStream random = RandomStream.of(SEED, RandomStream.Use.DATA, 0);
        double[] inputs = new double[job.examples() * job.layers().get(0)];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = random.uniform();
        }
        write(job.folder().resolve(JobData.INPUTS), List.of(inputs));
        RandomStream answers = RandomStream.of(SEED, RandomStream.Use.DATA, 1);
        byte[] classes = new byte[job.examples()];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = (byte) answers.below(job.layers().get(job.depth()));
        }
        Files.write(job.folder().resolve(JobData.CLASSES), classes);
    }

    private static List<double[]> parameters(Job job) {
        return IntStream.rangeClosed(1, job.depth())
                .boxed()
                .flatMap(l -> {
                    RandomStream random = RandomStream.of(SEED, RandomStream.Use.PARAMETERS, l);
                    int out = job.layers().get(l);
                    double[] weights =
                            Initializer.GLOROT_NORMAL.weights(out, job.layers().get(l - 1), random);
                    return List.of(weights, Initializer.GLOROT_NORMAL.biases(out, random)).stream();
                })
                .toList();
    }

    private static void write(Path file, List<double[]> arrays) throws IOException {
        int count = arrays.stream().mapToInt(array -> array.length).sum();
        ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double[] array : arrays) {
            for (double value : array) {
                bytes.putFloat((float) value);
            }
        }
        Files.write(file, bytes.array());
    }
}
