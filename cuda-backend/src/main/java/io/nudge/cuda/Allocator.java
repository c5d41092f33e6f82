package io.nudge.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * Device memory. The driver takes long to give memory out and waits for the device to take it back, so what is given back
 * is kept, by size, and given out again. That is safe without a wait, since all work is on one stream: what the next
 * owner asks for runs after what the last one asked for.
 */
final class Allocator {
    /** What the driver aligns to, so that smaller sizes would save nothing. */
    private static final long SMALLEST = 512;

    private final Calls calls;
    private final CUstream stream;
    private final boolean caching;
    private final Map<Long, Deque<Block>> free = new TreeMap<>();
    private long inUse;
    private long cached;
    private long peak;
    private long allocations;
    private long reuses;
    private long releases;

    Allocator(Calls calls, CUstream stream, boolean caching) {
        this.calls = calls;
        this.stream = stream;
        this.caching = caching;
    }

    /** Gives out memory of at least so many bytes, with anything in it; null if the device has none left. */
    Block takeIfThereIs(long bytes) {
        long size = caching ? sizeClass(bytes) : bytes;
        Deque<Block> kept = free.get(size);
        Block block = kept == null ? null : kept.poll();
        if (block != null) {
            reuses++;
            cached -= size;
        } else {
            CUdeviceptr pointer = new CUdeviceptr();
            int result = withRoom(() -> JCudaDriver.cuMemAlloc(pointer, size));
            if (result == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
                return null;
            }
            calls.driver(result, "cuMemAlloc");
            allocations++;
            block = new Block(pointer, size);
        }
        inUse += size;
        peak = Math.max(peak, inUse);
        return block;
    }

    /** The same for what the backend needs for itself. */
    Block take(long bytes) {
        Block block = takeIfThereIs(bytes);
        if (block == null) {
            calls.driver(CUresult.CUDA_ERROR_OUT_OF_MEMORY, "cuMemAlloc");
        }
        return block;
    }

    /** Takes memory back; work that was asked for may still use it. */
    void give(Block block) {
        inUse -= block.bytes;
        if (caching) {
            cached += block.bytes;
            free.computeIfAbsent(block.bytes, size -> new ArrayDeque<>()).push(block);
        } else if (!calls.faulted()) {
            calls.driver(JCudaDriver.cuStreamSynchronize(stream), "cuStreamSynchronize");
            calls.driver(JCudaDriver.cuMemFree(block.pointer), "cuMemFree");
        }
    }

    /** Makes a call that needs memory; where there is none, once more after giving back all that is kept. */
    int withRoom(IntSupplier call) {
        int result = call.getAsInt();
        if (result == CUresult.CUDA_ERROR_OUT_OF_MEMORY && cached > 0) {
            releaseCached();
            result = call.getAsInt();
        }
        return result;
    }

    /** Gives all that is kept back to the driver, which after a fault takes nothing. */
    void releaseCached() {
        if (calls.faulted()) {
            return;
        }
        int waited = JCudaDriver.cuStreamSynchronize(stream);
        int freed = CUresult.CUDA_SUCCESS;
        for (Deque<Block> blocks : free.values()) {
            while (!blocks.isEmpty()) { // all of them, whatever becomes of one
                Block block = blocks.poll();
                cached -= block.bytes;
                int result = JCudaDriver.cuMemFree(block.pointer);
                freed = freed == CUresult.CUDA_SUCCESS ? result : freed;
            }
        }
        releases++;
        calls.driver(waited, "cuStreamSynchronize");
        calls.driver(freed, "cuMemFree");
    }

    DeviceMemoryUse use() {
        return new DeviceMemoryUse(inUse, cached, peak, allocations, reuses, releases);
    }

    /** Four sizes to each power of two: at most a fifth of a block is wasted. */
    static long sizeClass(long bytes) {
        if (bytes <= SMALLEST) {
            return SMALLEST;
        }
        long step = Math.max(SMALLEST, Long.highestOneBit(bytes - 1) >> 2);
        return (bytes + step - 1) / step * step;
    }
}
