package io.nudge.kernels;

import jcuda.driver.CUdeviceptr;

/**
 * Numbers on the device. Their allocation ends where they end, so that an access beyond is seen; what stands before them must
 * stay as it is.
 */
final class Memory {
    final CUdeviceptr allocation;
    final int before;
    final int elementBytes;
    final int size;
    /** The element type, or null for whole numbers. */
    final Real real;

    Memory(CUdeviceptr allocation, int before, int elementBytes, int size, Real real) {
        this.allocation = allocation;
        this.before = before;
        this.elementBytes = elementBytes;
        this.size = size;
        this.real = real;
    }

    CUdeviceptr pointer() {
        return allocation.withByteOffset((long) before * elementBytes);
    }

    /** Where they begin, for structures that hold addresses. */
    long address() {
        return new Address(pointer()).value();
    }

    private static final class Address extends CUdeviceptr {
        Address(CUdeviceptr pointer) {
            super(pointer);
        }

        long value() {
            return getNativePointer() + getByteOffset();
        }
    }
}
