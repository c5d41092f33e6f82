package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What core asks of a backend's own recorder, and when. */
class RecorderTest {
    private final List<String> asked = new ArrayList<>();
    private RuntimeException inAdd;
    private RuntimeException inFinish;

    private final OracleBackend backend = new OracleBackend() {
        @Override
        protected Recorder startRecording() {
            asked.add("start");
            return new Listening();
        }
    };
    private final Operations operations = backend.operations();
    private final Tensor x = backend.vector(new double[] {1, 2}, DType.FLOAT32);

    /** Takes down what it is asked. */
    private final class Listening extends Recorder {
        @Override
        public void add(Runnable operation) {
            asked.add("add");
            if (inAdd != null) {
                throw inAdd;
            }
            super.add(operation);
        }

        @Override
        public Runnable finish() {
            asked.add("finish");
            if (inFinish != null) {
                throw inFinish;
            }
            Runnable all = super.finish();
            return () -> {
                asked.add("run");
                all.run();
            };
        }

        @Override
        public void release() {
            asked.add("release");
        }
    }

    @AfterEach
    void closeAll() {
        x.close();
        backend.close();
    }

    @Test
    void operationsAreHandedOverAndNotCarriedOut() {
        Program program = backend.record(() -> {
            operations.scale(3, x, x);
            operations.add(x, x, x);
        });
        assertThat(asked).containsExactly("start", "add", "add", "finish");
        assertThat(x.floats()).containsExactly(1, 2);
        program.run();
        program.run();
        assertThat(x.floats()).containsExactly(36, 72);
        program.close();
        program.close();
        assertThat(asked).containsExactly("start", "add", "add", "finish", "run", "run", "release");
    }

    @Test
    void whatIsRefusedIsNotHandedOver() {
        assertThatThrownBy(() -> backend.record(() -> operations.clamp(x, -1, x)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(asked).containsExactly("start", "release");
    }

    @Test
    void aRecorderThatFailsIsReleasedAndTheBackendWorksOn() {
        inAdd = new UnsupportedOperationException("no such operation in a program");
        assertThatThrownBy(() -> backend.record(() -> operations.scale(3, x, x)))
                .isSameAs(inAdd);
        assertThat(asked).containsExactly("start", "add", "release");
        inAdd = null;
        inFinish = new IllegalStateException("the device cannot");
        assertThatThrownBy(() -> backend.record(() -> operations.scale(3, x, x)))
                .isSameAs(inFinish);
        assertThat(asked).endsWith("start", "add", "finish", "release");
        inFinish = null;
        operations.scale(3, x, x);
        assertThat(x.floats()).containsExactly(3, 6);
    }

    @Test
    void aFaultOfTheRecorderIsTheDevicesOwn() {
        inFinish = FaultyBackend.fault();
        assertThatThrownBy(() -> backend.record(() -> operations.scale(3, x, x)))
                .isSameAs(inFinish);
        assertThatThrownBy(() -> operations.fill(x, 1)).hasCause(inFinish);
    }

    @Test
    void programsLeftOpenAreReleasedWithTheBackend() {
        backend.record(() -> operations.fill(x, 1));
        backend.record(() -> operations.fill(x, 2)).close();
        x.close();
        backend.close();
        assertThat(asked).containsExactly("start", "add", "finish", "start", "add", "finish", "release", "release");
    }
}
