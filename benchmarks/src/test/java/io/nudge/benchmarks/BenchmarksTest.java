package io.nudge.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Each benchmark does what it says once, at its smallest size, so that none rots. Nothing is timed. */
class BenchmarksTest {
    private static final OutputFormat NOWHERE = OutputFormatFactory.createFormatInstance(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), VerboseMode.SILENT);

    /** One choice of a class's parameters. */
    record Choice(Class<?> benchmarks, Map<String, String> parameters) {
        @Override
        public String toString() {
            return benchmarks.getSimpleName() + " " + parameters;
        }
    }

    static Stream<Choice> choices() throws Exception {
        List<Choice> choices = new ArrayList<>();
        for (Section section : Section.ALL) {
            List<Choice> some = List.of(new Choice(section.benchmarks(), Map.of()));
            for (Field field : parameters(section.benchmarks())) {
                some = some.stream().flatMap(choice -> with(choice, field)).toList();
            }
            choices.addAll(some);
        }
        return choices.stream();
    }

    private static List<Field> parameters(Class<?> benchmarks) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> each = benchmarks; each != null; each = each.getSuperclass()) {
            Stream.of(each.getDeclaredFields())
                    .filter(field -> field.isAnnotationPresent(Param.class))
                    .forEach(fields::add);
        }
        return fields;
    }

    /** Every value of the parameter, but of sizes only the first, the smallest. */
    private static Stream<Choice> with(Choice choice, Field field) {
        String[] values = field.getAnnotation(Param.class).value();
        return Stream.of(values)
                .limit(field.getName().equals("size") ? 1 : values.length)
                .map(value -> {
                    Map<String, String> more = new TreeMap<>(choice.parameters());
                    more.put(field.getName(), value);
                    return new Choice(choice.benchmarks(), more);
                });
    }

    @ParameterizedTest
    @MethodSource("choices")
    void everyBenchmarkRuns(Choice choice) throws Exception {
        OnBackend benchmark = (OnBackend) choice.benchmarks().getConstructor().newInstance();
        for (Field field : parameters(choice.benchmarks())) {
            field.set(benchmark, choice.parameters().get(field.getName()));
        }
        benchmark.open();
        try {
            for (Method method : methods(choice.benchmarks())) {
                invoke(benchmark, method);
            }
        } finally {
            benchmark.finish();
        }
    }

    private static List<Method> methods(Class<?> benchmarks) {
        return Stream.of(benchmarks.getMethods())
                .filter(method -> method.isAnnotationPresent(Benchmark.class))
                .toList();
    }

    private static void invoke(OnBackend benchmark, Method method) throws Exception {
        try {
            method.invoke(benchmark);
        } catch (InvocationTargetException e) {
            throw new AssertionError(method + " failed", e.getCause());
        }
    }

    @ParameterizedTest
    @MethodSource("choices")
    void everyBenchmarkSaysWhatItsWorkIs(Choice choice) {
        Section section = Section.ALL.stream()
                .filter(each -> each.benchmarks() == choice.benchmarks())
                .findFirst()
                .orElseThrow();
        for (Method method : methods(choice.benchmarks())) {
            Work work = section.work().apply(method.getName(), choice.parameters());
            assertThat(work.flops() + work.bytes()).as(method.getName()).isPositive();
        }
    }

    @Test
    void everyBenchmarkIsInTheReportAndInTheFullProfile() {
        BenchmarkList all = BenchmarkList.defaultList();
        List<String> includes =
                Plan.fullProfile().stream().map(plan -> plan.include("")).toList();
        assertThat(all.find(NOWHERE, includes, List.of()))
                .as("benchmarks that JMH finds; a new class is added to Section.ALL")
                .containsExactlyInAnyOrderElementsOf(all.getAll(NOWHERE, List.of()))
                .isNotEmpty();
    }

    @Test
    void theShortProfileHasSomethingOfEveryClass() {
        BenchmarkList all = BenchmarkList.defaultList();
        for (Section section : Section.ALL) {
            List<String> includes = Plan.shortProfile().stream()
                    .filter(plan -> plan.benchmarks() == section.benchmarks())
                    .map(plan -> plan.include(""))
                    .toList();
            assertThat(all.find(NOWHERE, includes, List.of()))
                    .extracting(BenchmarkListEntry::getUserClassQName)
                    .containsOnly(section.benchmarks().getName());
        }
    }

    @Test
    void whatTheUserWantsAndWhatAPlanHasMustBothHold() {
        Pattern include = Pattern.compile(new Plan(StepBenchmark.class, "step", Map.of()).include("Step|Product"));
        String benchmarks = "io.nudge.benchmarks.";
        assertThat(include.matcher(benchmarks + "StepBenchmark.step").find()).isTrue();
        assertThat(include.matcher(benchmarks + "StepBenchmark.stepOfTen").find())
                .isFalse();
        assertThat(include.matcher(benchmarks + "ProductBenchmark.forward").find())
                .isFalse();
    }
}
