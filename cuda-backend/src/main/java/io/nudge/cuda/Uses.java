package io.nudge.cuda;

import io.nudge.tensor.Tensor;
import java.util.LinkedHashSet;
import java.util.Set;

/** Learns of every use of memory by the compute stream: while a program is recorded, the uses are the program's. */
final class Uses {
    private Set<CudaMemory> recorded;

    /** From now on uses are recorded. */
    void record() {
        recorded = new LinkedHashSet<>();
    }

    /** Ends that, and gives what was used. */
    CudaMemory[] recorded() {
        CudaMemory[] memories = recorded.toArray(new CudaMemory[0]);
        recorded = null;
        return memories;
    }

    /** Takes note that what is launched next uses a tensor, and gives its memory. */
    CudaMemory of(Tensor tensor) {
        CudaMemory memory = (CudaMemory) tensor.memory();
        if (recorded != null) {
            recorded.add(memory);
        } else {
            memory.use();
        }
        return memory;
    }

    /** A program is run next. */
    static void begin(CudaMemory[] memories) {
        for (CudaMemory memory : memories) {
            memory.beginProgram();
        }
    }

    /** It was put on the stream. */
    static void end(CudaMemory[] memories) {
        for (CudaMemory memory : memories) {
            memory.endProgram();
        }
    }
}
