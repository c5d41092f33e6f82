package io.nudge.cli;

import io.nudge.data.DataException;
import io.nudge.data.Dataset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Brings data together with a network that was made for others. */
final class Fit {
    private Fit() {}

    /** The same examples with the classes numbered as a network knows them; a class that it does not know is an error. */
    static Dataset toClasses(Dataset data, List<String> known, String name) {
        if (!data.isClassification() || known.isEmpty() || data.classNames().equals(known)) {
            return data;
        }
        Map<String, Integer> numbers = new HashMap<>();
        for (String each : known) {
            numbers.put(each, numbers.size());
        }
        int[] labels = new int[data.size()];
        for (int i = 0; i < labels.length; i++) {
            String wanted = data.classNames().get(data.label(i));
            Integer label = numbers.get(wanted);
            if (label == null) {
                throw new DataException(name + " has the class '" + wanted + "', which is none of "
                        + String.join(", ", known) + "; use data with these classes");
            }
            labels[i] = label;
        }
        float[] inputs = new float[Math.multiplyExact(data.size(), data.inputs())];
        data.copyInputs(0, data.size(), inputs);
        return Dataset.labelled(inputs, data.inputs(), labels, known).withInputNames(data.inputNames());
    }
}
