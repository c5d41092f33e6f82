package io.nudge;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Both test engines run: the counts that Surefire prints for this class must be two. */
public class EnginesTest {
    @Test
    void jupiterRuns() {
        assertThat(System.getProperty("java.version")).isNotEmpty();
    }

    @Property(tries = 10)
    void jqwikRuns(@ForAll int any) {
        assertThat(any ^ any).isZero();
    }
}
