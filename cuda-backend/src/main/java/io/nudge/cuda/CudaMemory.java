package io.nudge.cuda;

import io.nudge.tensor.DType;
import io.nudge.tensor.Memory;
import jcuda.driver.CUdeviceptr;

/** The memory of a tensor on the device. An empty tensor has none. */
final class CudaMemory implements Memory {
    private final Engine engine;
    private final DType type;
    private final Block block;
    private final long elements;

    /** Of it with 16 bits; null before a product takes it. */
    Block copy;

    /** What of the copy is up to date. */
    final Span fresh = new Span();

    private Flow flow; // once something large was written; null before

    CudaMemory(Engine engine, DType type, long elements, Block block) {
        this.engine = engine;
        this.type = type;
        this.elements = elements;
        this.block = block;
    }

    long elements() {
        return elements;
    }

    /** Where the copy of an element lies. */
    long copyAddress(long element) {
        return copy.address + element * Short.BYTES;
    }

    /** Where an element lies; 0 if there is none. */
    long address(long element) {
        return block == null ? 0 : block.address + element * type.bytes();
    }

    /** The same for those calls that want an object. */
    CUdeviceptr pointer(long element) {
        return block.at(element * type.bytes());
    }

    /** What is put on the compute stream next uses this memory. */
    void use() {
        if (flow != null) {
            flow.use();
        }
    }

    /** A program that uses it is put on the compute stream next. */
    void beginProgram() {
        if (flow != null) {
            flow.waitForCopy();
        }
    }

    /** That was done. */
    void endProgram() {
        if (flow != null) {
            flow.recordUse();
        }
    }

    @Override
    public void write(long offset, Object values) {
        if (block == null) {
            return;
        }
        engine.factors.written(this, offset, offset + Pinned.length(values));
        long at = offset * type.bytes();
        if ((long) Pinned.length(values) * type.bytes() < Uploads.LARGE) {
            use();
            engine.staging.write(block, at, values);
        } else {
            Uploads uploads = engine.uploads();
            if (flow == null) {
                flow = uploads.newFlow();
            }
            uploads.write(block, flow, at, values);
        }
    }

    @Override
    public void read(long offset, Object values) {
        use();
        if (block == null || Pinned.length(values) == 0) {
            engine.waiting.untilDone();
        } else {
            engine.staging.read(block, offset * type.bytes(), values, engine.waiting);
        }
        engine.waiting.tell();
    }

    @Override
    public void free() {
        if (block == null) {
            return;
        }
        try {
            if (flow != null) {
                endFlow();
            }
        } finally {
            engine.allocator.give(block);
            if (copy != null) {
                engine.allocator.give(copy);
            }
        }
    }

    /** Lets the next owner's work come after the last copy; where the stream cannot be told so, the host waits for that. */
    private void endFlow() {
        try {
            if (!engine.calls.faulted()) {
                flow.waitForCopy(); // the next owner's work comes after it then
            }
        } catch (CudaException e) {
            engine.uploads().untilDone();
            throw e;
        } finally {
            flow.close();
        }
    }
}
