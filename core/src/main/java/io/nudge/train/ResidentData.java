package io.nudge.train;

import io.nudge.data.Dataset;
import io.nudge.nn.Pass;
import io.nudge.tensor.Backend;
import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;

/** A data set that lies in the backend's memory whole; what changes from epoch to epoch is the order. */
final class ResidentData extends DeviceData {
    private final Tensor inputs;
    private final Tensor targets;
    private final Tensor order;

    ResidentData(Dataset dataset, Backend backend, DType type) {
        super(dataset, backend, type);
        int examples = dataset.size();
        boolean made = false;
        try {
            inputs = makeInputs(examples);
            targets = makeTargets(examples);
            order = makeOrder(examples);
            write(dataset, 0, examples, inputs, targets, 0);
            writeOrder(inOrder(examples));
            made = true;
        } finally {
            if (!made) {
                close();
            }
        }
    }

    @Override
    int parts() {
        return 1;
    }

    @Override
    void writeOrder(int[] examples) {
        order.write(toLongs(examples));
    }

    @Override
    int load(int row) {
        return 0;
    }

    @Override
    void gather(Pass pass, int part) {
        gather(pass, inputs, targets, order);
    }

    @Override
    int stepsAtOnce(Pass pass) {
        return pass.stepsAtOnce(inputs, targets, order);
    }

    @Override
    void train(Pass pass, int part, Tensor state, long examples) {
        pass.train(inputs, targets, order, state, examples);
    }
}
