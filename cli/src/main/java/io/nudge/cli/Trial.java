package io.nudge.cli;

import io.nudge.data.Dataset;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.math.RandomStream;
import io.nudge.nn.Architecture;
import io.nudge.nn.Network;
import io.nudge.tensor.Backend;
import io.nudge.tensor.Backends;
import io.nudge.tensor.DType;
import io.nudge.tensor.Finding;
import io.nudge.tensor.Finding.Weight;
import io.nudge.tensor.Scope;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import io.nudge.train.Trainer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** A little work on a backend, whose results are compared with those of the CPU. */
final class Trial {
    private static final long SEED = 1;
    private static final int ROWS = 65;
    private static final int INNER = 130;
    private static final int COLUMNS = 33;
    private static final int EXAMPLES = 10;

    /** Less than the examples, so that a full batch and a ragged one are learnt. */
    private static final int BATCH = 7;

    private static final int INPUTS = 20;
    private static final int HIDDEN = 15;
    private static final int OUTPUTS = 4;

    /** The property by which float32 products round their factors, to bfloat16 for one. */
    private static final String PRECISION = "nudge.cuda.precision";

    private static final String BFLOAT16 = "bfloat16";

    /** By how much a factor errs on average that is rounded to the 8 bits of bfloat16: half of the most, which is 2⁻⁸. */
    private static final double EIGHT_BITS = 0x1.0p-9;

    /** The same for TF32 and float16, which have 11: 2⁻¹²; and as much again, since TF32 may cut off instead of rounding. */
    private static final double ELEVEN_BITS = 0x1.0p-11;

    /** Sums of that many roundings stand between the parameters before and after two small steps. */
    private static final double ROUNDINGS = 64;

    private Trial() {}

    /**
     * Does the work.
     *
     * @param name the backend's, as it is asked for
     * @return how it went; it ends where something cannot be done
     */
    static List<Finding> of(String name) {
        List<Finding> findings = new ArrayList<>();
        try (Backend backend = Backends.open(name);
                Backend cpu = Backends.open("cpu")) {
            findings.add(new Finding("opened", Weight.GOOD, backend.device().toString()));
            findings.add(product(backend, cpu, DType.FLOAT32));
            findings.add(product(backend, cpu, DType.FLOAT64));
            findings.add(steps(backend, cpu, DType.FLOAT32));
            findings.add(steps(backend, cpu, DType.FLOAT64));
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            findings.add(new Finding(
                    "work",
                    Weight.BAD,
                    "a small piece of work failed: " + Failure.of(e).line()));
        }
        return findings;
    }

    /** A sum of n products errs by at most n·u·Σ|a_k b_k|, on either backend. */
    private static Finding product(Backend backend, Backend cpu, DType type) {
        double[] a = numbers(ROWS * INNER, 0);
        double[] b = numbers(INNER * COLUMNS, 1);
        double[] found = product(backend, type, a, b);
        double[] right = product(cpu, type, a, b);
        double[] sizes = product(cpu, DType.FLOAT64, absolute(a), absolute(b));
        double error = 0;
        for (int i = 0; i < found.length; i++) {
            error = worse(error, Math.abs(found[i] - right[i]) / sizes[i]);
        }
        String words = "a product of " + ROWS + "x" + INNER + " and " + INNER + "x" + COLUMNS + " " + type;
        return judged("product", words, type, error, 2 * INNER, 2);
    }

    private static double[] product(Backend backend, DType type, double[] a, double[] b) {
        try (Scope scope = Scope.open()) {
            Tensor left = backend.zeros(Shape.of(ROWS, INNER), type);
            Tensor right = backend.zeros(Shape.of(INNER, COLUMNS), type);
            left.write(a);
            right.write(b);
            return left.matmul(right).doubles();
        }
    }

    private static Finding steps(Backend backend, Backend cpu, DType type) {
        double[] found = learnt(backend, type);
        double[] right = learnt(cpu, type);
        double error = 0;
        for (int i = 0; i < found.length; i++) {
            error = worse(error, Math.abs(found[i] - right[i]) / Math.max(1, Math.abs(right[i])));
        }
        String words = "two training steps of " + INPUTS + "-" + HIDDEN + "-" + OUTPUTS + " " + type;
        return judged("training", words, type, error, ROUNDINGS, ROUNDINGS);
    }

    private static double[] learnt(Backend backend, DType type) {
        Architecture architecture = Architecture.sigmoid(INPUTS, HIDDEN, OUTPUTS);
        Dataset data = Dataset.of(
                rows(EXAMPLES, INPUTS, i -> numbers(INPUTS, 2 + i)), rows(EXAMPLES, OUTPUTS, i -> oneHot(i)));
        Trainer trainer = Trainer.builder()
                .optimizer(Optimizer.sgd(1))
                .batch(BATCH)
                .epochs(1)
                .seed(SEED)
                .build();
        try (Network network = Network.create(architecture, Initializer.NORMAL_SCALED, SEED, backend, type)) {
            trainer.train(network, data);
            return network.parameters().doubles();
        }
    }

    /** NaN is worse than all else. */
    private static double worse(double error, double other) {
        return other > error || Double.isNaN(other) ? other : error;
    }

    private static Finding judged(
            String subject, String words, DType type, double error, double roundings, double coarseRoundings) {
        double limit = roundings * type.unitRoundoff();
        String text = String.format(Locale.ROOT, "%s: relative error %.1e against the CPU", words, error);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("type", type.toString());
        facts.put("error", Json.number(error));
        facts.put("limit", limit);
        if (error <= limit) {
            return new Finding(subject, Weight.GOOD, text, facts);
        }
        boolean eight = System.getProperty(PRECISION, "").equals(BFLOAT16);
        if (type == DType.FLOAT32 && error <= limit + coarseRoundings * (eight ? EIGHT_BITS : ELEVEN_BITS)) {
            return new Finding(
                    subject,
                    Weight.NOTE,
                    text + ", as with factors rounded to " + (eight ? BFLOAT16 : "TF32 or float16")
                            + "; unless that is wanted, unset " + PRECISION,
                    facts);
        }
        return new Finding(
                subject,
                Weight.BAD,
                text
                        + String.format(
                                Locale.ROOT,
                                ", where at most %.1e is rounding; this device computes wrongly: do not use it, and report this",
                                limit),
                facts);
    }

    private static double[][] rows(int count, int columns, Function<Integer, double[]> row) {
        double[][] rows = new double[count][columns];
        for (int i = 0; i < count; i++) {
            rows[i] = row.apply(i);
        }
        return rows;
    }

    private static double[] oneHot(int i) {
        double[] y = new double[OUTPUTS];
        y[i % OUTPUTS] = 1;
        return y;
    }

    /** From U(−1, 1), in float32, so that both types begin with the same. */
    private static double[] numbers(int count, int stream) {
        RandomStream random = RandomStream.of(SEED, RandomStream.Use.DATA, stream);
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) (2 * random.uniform() - 1);
        }
        return numbers;
    }

    private static double[] absolute(double[] x) {
        double[] sizes = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            sizes[i] = Math.abs(x[i]);
        }
        return sizes;
    }
}
