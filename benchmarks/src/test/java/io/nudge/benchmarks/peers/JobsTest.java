package io.nudge.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.benchmarks.peers.process.Job;
import io.nudge.benchmarks.peers.process.JobData;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobsTest {
    @TempDir
    private Path folder;

    private Job small() {
        return new Job("small", List.of(3, 5, 2), Job.Kind.RELU, true, 0.25, 4, true, 11, folder.resolve("with space"));
    }

    @Test
    void aJobIsReadAsItWasWritten() {
        assertThat(Job.parse(small().toLine())).isEqualTo(small());
    }

    @Test
    void thereAreFourTrainingsAndEachNetworkInfersAtThreeSizes() {
        Jobs jobs = new Jobs(folder);
        assertThat(jobs.training())
                .extracting(Job::name)
                .containsExactly("train A", "train B", "train C", "train B with Adam");
        assertThat(jobs.inference())
                .hasSize(9)
                .extracting(Job::name)
                .contains("infer A at 1", "infer B at 128", "infer C at 4096");
    }

    @Test
    void everyJobHasEnoughExamplesForItsBatch() {
        Jobs jobs = new Jobs(folder);
        assertThat(jobs.training()).allMatch(job -> job.examples() % job.batch() == 0);
        assertThat(jobs.inference()).allMatch(job -> job.batches() >= 1);
    }

    @Test
    void whatIsWrittenIsReadLayerByLayer() throws Exception {
        Jobs.write(small());
        JobData data = JobData.read(small());
        assertThat(data.weights()).extracting(w -> w.length).containsExactly(15, 10);
        assertThat(data.biases()).extracting(b -> b.length).containsExactly(5, 2);
        assertThat(data.inputs()).hasSize(33);
        for (float x : data.inputs()) {
            assertThat(x).isBetween(0f, 1f);
        }
    }

    @Test
    void aBatchIsSomeRowsAndTheirTargetsHaveASingleOne() throws Exception {
        Jobs.write(small());
        JobData data = JobData.read(small());
        assertThat(data.inputs(small(), 1)).hasSize(12).startsWith(data.inputs()[12]);
        float[] targets = data.targets(small(), 1);
        assertThat(targets).hasSize(8);
        assertThat(targets[data.classes()[4]]).isEqualTo(1);
        assertThat(targets[1 - data.classes()[4]]).isZero();
    }
}
