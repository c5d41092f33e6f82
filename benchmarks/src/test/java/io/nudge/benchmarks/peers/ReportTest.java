package io.nudge.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.nudge.benchmarks.peers.process.Job;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static Job job(String name, boolean training) {
        return new Job(name, List.of(784, 30, 10), Job.Kind.SIGMOID, false, 0.1, 10, training, 100, Path.of("data"));
    }

    /**
     * Each round costs as much processor time as all its threads have. First steps take the more, the more threads there are;
     * so does memory, which is not known of NumPy.
     */
    private static Standing standing(String entrant, int threads, Double... rates) {
        List<Rate> both =
                Stream.of(rates).map(rate -> new Rate(rate, rate / threads)).toList();
        return new Standing(
                entrant,
                threads,
                entrant + " 1.0",
                2.3,
                1.5,
                both,
                List.of(0.5 * threads, 0.25 * threads, 0.75 * threads),
                entrant.equals("NumPy") ? OptionalLong.empty() : OptionalLong.of((threads * 150L) << 20));
    }

    private static Report report() {
        LeftOut absent = new LeftOut("DL4J", "train A", "Maven could not build it", false);
        Outcome training = new Outcome(
                job("train A", true),
                List.of(
                        standing("Nudge", 1, 400.0, 500.0, 600.0),
                        standing("NumPy", 1, 100.0),
                        standing("NumPy", 2, 200.0)),
                List.of(absent));
        Outcome inference = new Outcome(
                job("infer A at 1", false),
                List.of(standing("Nudge", 1, 1000.0)),
                List.of(
                        new LeftOut("NumPy", "infer A at 1", "crashed", false),
                        new LeftOut("DL4J", "infer A at 1", "Maven could not build it", false)));
        return new Report(List.of("machine: ours"), List.of("Nudge", "NumPy", "DL4J"), List.of(training, inference));
    }

    @Test
    void ratesAreThoseOnTheBestNumberOfThreads() {
        assertThat(report().markdown()).contains("""
                        |  | train A |
                        | --- | ---: |
                        | Nudge | 500 (400–600, 1t) |
                        | NumPy | 200 (200–200, 2t) |
                        | DL4J | – |
                        """);
    }

    @Test
    void ratiosSayHowManyTimesAsFastTheFirstIs() {
        assertThat(report().markdown())
                .contains("How many times as fast Nudge is.\n\n|  | train A |\n| --- | ---: |\n| NumPy | 2.50 |\n");
    }

    @Test
    void theCostIsComparedToo() {
        assertThat(report().markdown())
                .contains("in a second of processor time, all threads counted; a busy machine matters less to that."
                        + "\n\n|  | train A |\n| --- | ---: |\n| NumPy | 5.00 |\n");
    }

    @Test
    void firstStepsOfTrainingAreThoseOnTheBestNumberOfThreads() {
        assertThat(report().markdown()).containsOnlyOnce("""
                        in each round, from the least to the most.

                        |  | train A |
                        | --- | ---: |
                        | Nudge | 0.500 (0.250–0.750) |
                        | NumPy | 1.00 (0.500–1.50) |
                        | DL4J | – |
                        """);
    }

    @Test
    void memoryIsToldWhereItIsKnown() {
        assertThat(report().markdown()).contains("""
                        MiB of memory that the process of these examples per second had at most.

                        |  | infer A at 1 |
                        | --- | ---: |
                        | Nudge | 150 |
                        | NumPy | – |
                        """);
    }

    @Test
    void whatIsNotKnownIsNotInTheJson() throws Exception {
        Standing unknown = new Standing(
                "Nudge", 1, "1.0", 2.3, 1.5, List.of(new Rate(7, Double.NaN)), List.of(), OptionalLong.empty());
        Outcome outcome = new Outcome(job("train A", true), List.of(unknown), List.of());
        String json = new Report(List.of(), List.of("Nudge"), List.of(outcome)).json();
        assertThat(json)
                .contains("examplesPerSecond")
                .doesNotContain("NaN", "examplesPerProcessorSecond", "firstStepSeconds", "peakMebibytes");
    }

    @Test
    void whoIsLeftOutIsNamedOnceForAReason() {
        assertThat(report().markdown()).endsWith("""

                        ## Left out

                        - DL4J: Maven could not build it (all)
                        - NumPy: crashed (infer A at 1)
                        """);
    }

    @Test
    void machineAndVersionsAreTold() {
        assertThat(report().markdown()).contains("- machine: ours\n- Nudge: Nudge 1.0\n- NumPy: NumPy 1.0\n");
    }

    @Test
    void everyRoundIsInTheJson() throws Exception {
        String json = report().json();
        assertThat(JSON.std.mapFrom(json)).containsKeys("environment", "jobs");
        assertThat(json.replaceAll("\\s+", ""))
                .contains("\"threads\":1,\"lossBefore\":2.3,\"lossAfter\":1.5,\"examplesPerSecond\":500.0,"
                        + "\"examplesPerProcessorSecond\":500.0,\"rounds\":[400.0,500.0,600.0],"
                        + "\"firstStepSeconds\":0.5,\"firstSteps\":[0.5,0.25,0.75],\"peakMebibytes\":150.0}");
    }
}
