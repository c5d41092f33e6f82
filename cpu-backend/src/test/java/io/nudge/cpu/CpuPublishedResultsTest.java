package io.nudge.cpu;

import io.nudge.tensor.Backend;
import io.nudge.train.PublishedResults;

class CpuPublishedResultsTest extends PublishedResults {
    @Override
    protected Backend open() {
        return CpuBackend.open();
    }
}
