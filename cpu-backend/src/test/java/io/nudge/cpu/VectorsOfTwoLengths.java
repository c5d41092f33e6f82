package io.nudge.cpu;

import io.nudge.cpu.CpuOptions.ProductChoice;
import io.nudge.tensor.DType;
import java.lang.reflect.Method;

/**
 * A program that first uses integer vectors of a length that the backend does not use, as another library might, and then
 * trains. Prints what {@link Allocation} measures.
 */
final class VectorsOfTwoLengths {
    /** Until the compiler takes notice. */
    private static final int OFTEN = 100_000;

    private VectorsOfTwoLengths() {}

    /**
     * Runs the program.
     *
     * @param arguments the element type
     * @throws ReflectiveOperationException where the Vector API is absent or another
     */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        addShortVectors();
        CpuOptions options = new CpuOptions(1, ProductChoice.JAVA, true);
        System.out.println(Allocation.ofSteps(options, DType.valueOf(arguments[0])));
    }

    /** By reflection, since javac does not see the Vector API here. No machine prefers vectors of two integers. */
    private static void addShortVectors() throws ReflectiveOperationException {
        Class<?> type = Class.forName("jdk.incubator.vector.IntVector");
        Object species = type.getField("SPECIES_64").get(null);
        Method broadcast = type.getMethod("broadcast", Class.forName("jdk.incubator.vector.VectorSpecies"), int.class);
        Method add = type.getMethod("add", int.class);
        Object sum = broadcast.invoke(null, species, 1);
        for (int i = 0; i < OFTEN; i++) {
            sum = add.invoke(sum, i);
        }
    }
}
