package io.nudge.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One class's share of a profile: which of its methods run, with which parameters.
 *
 * @param benchmarks the class
 * @param methods a regular expression of their names
 * @param parameters values by name; what is not here is as the class says
 */
record Plan(Class<?> benchmarks, String methods, Map<String, List<String>> parameters) {
    private static final String ANY = "\\w+";

    /** No cache holds a matrix of this size. */
    private static final String LARGE = "4096x4096";

    Plan {
        parameters = Map.copyOf(parameters);
    }

    private static Plan of(Class<?> benchmarks) {
        return new Plan(benchmarks, ANY, Map.of());
    }

    private Plan only(String names) {
        return new Plan(benchmarks, names, parameters);
    }

    private Plan with(String parameter, String... values) {
        Map<String, List<String>> more = new TreeMap<>(parameters);
        more.put(parameter, List.of(values));
        return new Plan(benchmarks, methods, more);
    }

    /** A few minutes: the ends and the middle of the range. One plan for each class, so that no choice of the user's makes two the same. */
    static List<Plan> shortProfile() {
        String[] layers = {"10x30@10", "512x784@128", "1024x4096@512"};
        return List.of(
                of(ProductBenchmark.class).with("size", layers),
                of(WeightGradientBenchmark.class).with("size", layers),
                of(ActivationBenchmark.class)
                        .only("activate|prime")
                        .with("size", LARGE)
                        .with("activation", "sigmoid", "relu", "gelu", ActivationBenchmark.EXPONENTIAL)
                        .with("type", "float32"),
                of(ElementwiseBenchmark.class)
                        .only("copy|add|addRow|sgd|adam")
                        .with("size", LARGE)
                        .with("type", "float32"),
                of(StepBenchmark.class).only("step").with("steps", "1", StepBenchmark.MANY),
                of(InferenceBenchmark.class).with("type", "float32"),
                of(ModelBenchmark.class).with("type", "float32"),
                of(DataBenchmark.class).with("size", "1000").with("type", "float32"));
    }

    /** All that there is. */
    static List<Plan> fullProfile() {
        List<Plan> plans = new ArrayList<>();
        Section.ALL.forEach(section -> plans.add(of(section.benchmarks())));
        return plans;
    }

    /**
     * What JMH is to include: this plan's benchmarks, as far as the user wants them too.
     *
     * @param wanted the user's regular expression, looked for in the method's name with its class
     */
    String include(String wanted) {
        return "^(?=.*(?:" + wanted + "))" + Pattern.quote(benchmarks.getName()) + "\\.(?:" + methods + ")$";
    }
}
