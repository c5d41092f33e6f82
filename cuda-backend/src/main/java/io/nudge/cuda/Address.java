package io.nudge.cuda;

import jcuda.Pointer;

/** The number behind a pointer, which JCuda keeps to itself. */
final class Address extends Pointer {
    private Address(Pointer pointer) {
        super(pointer);
    }

    static long of(Pointer pointer) {
        Address address = new Address(pointer);
        return address.getNativePointer() + address.getByteOffset();
    }
}
