package io.nudge.cuda;

import jcuda.driver.CUdeviceptr;

/** A piece of device memory, as the driver gave it. */
final class Block {
    final CUdeviceptr pointer;
    final long address;
    final long bytes;

    Block(CUdeviceptr pointer, long bytes) {
        this.pointer = pointer;
        this.address = Address.of(pointer);
        this.bytes = bytes;
    }

    /** The pointer to a byte of it, for those calls that want an object. */
    CUdeviceptr at(long offset) {
        return offset == 0 ? pointer : pointer.withByteOffset(offset);
    }
}
