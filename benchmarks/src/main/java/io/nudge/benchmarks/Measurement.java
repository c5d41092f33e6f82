package io.nudge.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs JMH, once for each fork of each plan. What the user tells JMH goes before what a plan says. */
final class Measurement {
    private static final int SHORT_FORKS = 2;
    private static final int SHORT_WARMUPS = 4;

    /** The Vector API is a hundred times slower until it is compiled, which takes seconds. */
    private static final TimeValue SHORT_WARMUP_TIME = TimeValue.milliseconds(750);

    private static final int SHORT_ITERATIONS = 5;
    private static final TimeValue SHORT_TIME = TimeValue.milliseconds(150);

    private final Arguments arguments;
    private final CommandLineOptions user;
    private final String wanted;

    Measurement(Arguments arguments) throws CommandLineOptionException {
        this.arguments = arguments;
        this.user = new CommandLineOptions(arguments.jmh().toArray(String[]::new));
        this.wanted = Stream.concat(arguments.includes().stream(), user.getIncludes().stream())
                .collect(Collectors.joining("|"));
    }

    /** Explains JMH's own options, if the user asks JMH for help. */
    boolean helped() throws IOException {
        if (user.shouldHelp()) {
            user.showHelp();
        }
        return user.shouldHelp();
    }

    /** The names of the backends that will be measured. */
    List<String> backends() {
        return user.getParameter("backend").hasValue()
                ? List.copyOf(user.getParameter("backend").get())
                : arguments.backends();
    }

    /**
     * Measures; a benchmark that fails has no result. Each is measured by a fork before any is by its next: memory and neighbours of a machine change
     * within minutes, and so all have had the same.
     */
    Collection<RunResult> run(OutputFormat progress) throws RunnerException {
        Map<String, RunResult> results = new LinkedHashMap<>();
        for (int turn = 0; turn < Math.max(1, forks()); turn++) {
            for (Plan plan : arguments.full() ? Plan.fullProfile() : Plan.shortProfile()) {
                for (RunResult result : run(plan, progress)) {
                    results.merge(result.getParams().id(), result, Measurement::together);
                }
            }
        }
        return results.values();
    }

    /** 0 for this JVM. */
    private int forks() {
        return user.getForkCount().orElse(arguments.full() ? OnBackend.FORKS : SHORT_FORKS);
    }

    private static RunResult together(RunResult some, RunResult more) {
        List<BenchmarkResult> all = new ArrayList<>(some.getBenchmarkResults());
        all.addAll(more.getBenchmarkResults());
        return new RunResult(some.getParams(), all);
    }

    private Collection<RunResult> run(Plan plan, OutputFormat progress) throws RunnerException {
        try {
            return new Runner(options(plan), progress).run();
        } catch (NoBenchmarksException e) {
            return List.of(); // the user wants none of this plan
        }
    }

    private Options options(Plan plan) {
        ChainedOptionsBuilder options =
                new OptionsBuilder().parent(user).include(plan.include(wanted)).mode(Mode.AverageTime);
        options.forks(Math.min(1, forks()));
        parameter(options, "backend", arguments.backends());
        for (Map.Entry<String, List<String>> each : plan.parameters().entrySet()) {
            parameter(options, each.getKey(), each.getValue());
        }
        if (!arguments.full()) {
            shorten(options);
        }
        return options.build();
    }

    private void parameter(ChainedOptionsBuilder options, String name, List<String> values) {
        if (!user.getParameter(name).hasValue()) {
            options.param(name, values.toArray(String[]::new));
        }
    }

    private void shorten(ChainedOptionsBuilder options) {
        if (!user.getWarmupIterations().hasValue()) {
            options.warmupIterations(SHORT_WARMUPS);
        }
        if (!user.getWarmupTime().hasValue()) {
            options.warmupTime(SHORT_WARMUP_TIME);
        }
        if (!user.getMeasurementIterations().hasValue()) {
            options.measurementIterations(SHORT_ITERATIONS);
        }
        if (!user.getMeasurementTime().hasValue()) {
            options.measurementTime(SHORT_TIME);
        }
    }
}
