package io.nudge.cuda;

import io.nudge.tensor.DType;
import io.nudge.tensor.Memory;
import io.nudge.tensor.Tensor;
import jcuda.driver.CUdeviceptr;

/** The memory of a tensor on the device. An empty tensor has none. */
final class CudaMemory implements Memory {
    private final Engine engine;
    private final DType type;
    private final Block block;

    CudaMemory(Engine engine, DType type, Block block) {
        this.engine = engine;
        this.type = type;
        this.block = block;
    }

    static CudaMemory of(Tensor tensor) {
        return (CudaMemory) tensor.memory();
    }

    /** Where an element lies; 0 if there is none. */
    long address(long element) {
        return block == null ? 0 : block.address + element * type.bytes();
    }

    /** The same for those calls that want an object. */
    CUdeviceptr pointer(long element) {
        return block.at(element * type.bytes());
    }

    @Override
    public void write(long offset, Object values) {
        if (block != null) {
            engine.staging.write(block, offset * type.bytes(), values);
        }
    }

    @Override
    public void read(long offset, Object values) {
        if (block == null || Pinned.length(values) == 0) {
            engine.waiting.untilDone();
        } else {
            engine.staging.read(block, offset * type.bytes(), values, engine.waiting);
        }
        engine.waiting.tell();
    }

    @Override
    public void free() {
        if (block != null) {
            engine.allocator.give(block);
        }
    }
}
