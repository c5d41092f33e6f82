package io.nudge.benchmarks;

import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Tells of each benchmark in a line, as it ends; all that JMH says goes to a log. */
final class Progress {
    private final PrintStream people;
    private final OutputFormat log;
    private String running = "";
    private int failed;

    Progress(PrintStream people, PrintStream log) {
        this.people = people;
        this.log = OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL);
    }

    /** What JMH reports to. */
    OutputFormat format() {
        return (OutputFormat) Proxy.newProxyInstance(
                Progress.class.getClassLoader(), new Class<?>[] {OutputFormat.class}, (proxy, method, values) -> {
                    if (method.getName().equals("startBenchmark")) {
                        started((BenchmarkParams) values[0]);
                    } else if (method.getName().equals("endBenchmark")) {
                        ended((BenchmarkResult) values[0]);
                    } else if (method.getName().equals("close")) {
                        log.flush(); // the next run of JMH writes to it too
                        return null;
                    }
                    return log(method, values);
                });
    }

    private Object log(Method method, Object[] values) throws Throwable {
        try {
            return method.invoke(log, values);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private void started(BenchmarkParams benchmark) {
        failed();
        String name = benchmark
                .getBenchmark()
                .substring(Progress.class.getPackageName().length() + 1);
        String parameters =
                benchmark.getParamsKeys().stream().map(benchmark::getParam).collect(Collectors.joining(" "));
        running = name + " " + parameters;
    }

    /** Where something was thrown, JMH gives no result, or does not even come here. */
    private void ended(BenchmarkResult result) {
        if (result != null) {
            people.println(
                    running + ": " + Figures.time(result.getPrimaryResult().getScore()));
            running = "";
        }
    }

    /** How many benchmarks began and have no result, now that none runs. */
    int failed() {
        if (!running.isEmpty()) {
            people.println(running + ": FAILED");
            running = "";
            failed++;
        }
        return failed;
    }
}
