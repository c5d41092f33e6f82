/**
 * Trained networks in files: models, and checkpoints from which a run goes on.
 *
 * <p>A file is of the safetensors format, so every tool that knows that reads it. Layers are numbered 1 to L; numbers are F32
 * or F64, as the network was trained. The tensors:
 *
 * <table>
 * <caption>Tensors</caption>
 * <tr><th>name</th><th>shape</th><th>what</th></tr>
 * <tr><td>{@code layer.1.weights}, …</td><td>[out, in]</td><td>W of the layer</td></tr>
 * <tr><td>{@code layer.1.bias}, …</td><td>[out]</td><td>b of the layer</td></tr>
 * <tr><td>{@code input.shift}, {@code input.factor}</td><td>[in]</td><td>F64; x′ = (x − shift) · factor goes in; may be left
 * out</td></tr>
 * <tr><td>{@code optimizer.state}</td><td>[slots, p]</td><td>of a checkpoint: what the optimizer remembers of each of the p
 * parameters, first all weights, then all biases</td></tr>
 * <tr><td>{@code best.parameters}</td><td>[p]</td><td>of a checkpoint: those of the best epoch, where they are kept</td></tr>
 * </table>
 *
 * <p>The metadata, all of it text:
 *
 * <table>
 * <caption>Metadata</caption>
 * <tr><th>key</th><th>what</th></tr>
 * <tr><td>{@code format}, {@code version}</td><td>{@code nudge} and {@code 1}</td></tr>
 * <tr><td>{@code architecture}</td><td>JSON: {@code {"inputs": 784, "layers": [{"neurons": 10, "activation": "sigmoid",
 * "dropout": 0.0}], "cost": "quadratic"}}</td></tr>
 * <tr><td>{@code class_names}, {@code input_names}</td><td>JSON: an array of strings; may be left out</td></tr>
 * <tr><td>{@code notes}</td><td>JSON: an object of strings; may be left out</td></tr>
 * <tr><td>{@code training}, {@code history}</td><td>JSON, of a checkpoint</td></tr>
 * <tr><td>{@code nudge_crc32c}</td><td>a checksum of all else, which is checked where it is there; whoever changes a file by
 * other means leaves it out</td></tr>
 * </table>
 */
package io.nudge.model;
