package io.nudge.peers.tensorflow;

import io.nudge.benchmarks.peers.process.Job;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/**
 * Adam of TensorFlow's own operation. The framework's optimizer (1.1.0) moves the powers of β on without waiting for the operations
 * that read them, so that it computes with those of the next step, or sometimes not.
 */
final class OrderedAdam {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;

    private final Graph graph;
    private final Ops tf;
    private final List<Op> initializers;

    /**
     * Adds to a graph.
     *
     * @param graph the graph
     * @param tf its operations
     * @param initializers what has to be run before the first step is added here
     */
    OrderedAdam(Graph graph, Ops tf, List<Op> initializers) {
        this.graph = graph;
        this.tf = tf;
        this.initializers = initializers;
    }

    Op minimize(Operand<TFloat32> loss, List<Variable<TFloat32>> variables, float rate) {
        Output<?>[] gradients = graph.addGradients(
                loss.asOutput(), variables.stream().map(Variable::asOutput).toArray(Output<?>[]::new));
        Variable<TFloat32> power1 = variable(tf.constant(BETA1), Shape.scalar());
        Variable<TFloat32> power2 = variable(tf.constant(BETA2), Shape.scalar());
        List<Op> updates = new ArrayList<>();
        for (int i = 0; i < gradients.length; i++) {
            Variable<TFloat32> w = variables.get(i);
            updates.add(tf.train.applyAdam(
                    w,
                    zeros(w.shape()),
                    zeros(w.shape()),
                    power1,
                    power2,
                    tf.constant(rate),
                    tf.constant(BETA1),
                    tf.constant(BETA2),
                    tf.constant((float) Job.ADAM_EPSILON),
                    gradient(gradients[i])));
        }
        Ops afterwards = tf.withControlDependencies(updates);
        return tf.withControlDependencies(
                        afterwards.assign(power1, afterwards.math.mul(power1, tf.constant(BETA1))),
                        afterwards.assign(power2, afterwards.math.mul(power2, tf.constant(BETA2))))
                .noOp();
    }

    private Variable<TFloat32> zeros(Shape shape) {
        return variable(tf.zeros(tf.constant(shape.asArray()), TFloat32.class), shape);
    }

    private Variable<TFloat32> variable(Operand<TFloat32> initial, Shape shape) {
        Variable<TFloat32> variable = tf.variable(shape, TFloat32.class);
        initializers.add(tf.assign(variable, initial));
        return variable;
    }

    @SuppressWarnings("unchecked") // a gradient is of the type of what it belongs to
    private static Output<TFloat32> gradient(Output<?> output) {
        return (Output<TFloat32>) output;
    }
}
