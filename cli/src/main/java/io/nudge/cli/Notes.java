package io.nudge.cli;

import io.nudge.model.Model;
import io.nudge.nn.Network;
import io.nudge.tensor.Device;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What the command line notes in a model: how it was trained, and on which data. */
record Notes(Map<String, String> values) {
    private static final String OPTION = "--";
    private static final String EXAMPLES = "data.examples";
    private static final String PARTS = "data.parts";
    private static final String DEVICE = "device";

    static Notes of(Settings settings, Parts parts, Device device) {
        Map<String, String> values = new LinkedHashMap<>(settings.values());
        values.put(EXAMPLES, parts.source().examples().fingerprint());
        values.put(PARTS, parts.fingerprint());
        values.put(DEVICE, name(device));
        return new Notes(values);
    }

    static Notes of(Model model) {
        return new Notes(model.notes());
    }

    /** The device as it is asked for. */
    static String name(Device device) {
        return device.ordinal() == 0 ? device.backend() : device.backend() + ":" + device.ordinal();
    }

    /** The options of the training; none for a model that the command line did not train. */
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(OPTION)) {
                settings.put(key, value);
            }
        });
        return settings;
    }

    /** The fingerprint of all examples that were there to train on, before any was held back. */
    Optional<String> examples() {
        return Optional.ofNullable(values.get(EXAMPLES));
    }

    /** The fingerprint of the parts. */
    Optional<String> parts() {
        return Optional.ofNullable(values.get(PARTS));
    }

    /** The device of the training. */
    Optional<String> device() {
        return Optional.ofNullable(values.get(DEVICE));
    }

    /** The network's model, with all that is needed to use it. */
    Model model(Network network, Parts parts) {
        Model model = Model.of(network)
                .withClassNames(parts.train().classNames())
                .withInputNames(parts.train().inputNames())
                .withNotes(values);
        return parts.scaling().map(model::withScaling).orElse(model);
    }
}
