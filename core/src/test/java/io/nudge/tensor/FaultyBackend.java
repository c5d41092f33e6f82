package io.nudge.tensor;

import java.util.ArrayList;
import java.util.List;

/** A backend whose device can be made to fail. */
class FaultyBackend extends OracleBackend {
    /** What the next addition throws, once. */
    RuntimeException inAdd;

    /** What waiting throws, every time. */
    DeviceFaultException inAwait;

    /** What the next allocation throws, once. */
    DeviceFaultException inAllocate;

    /** What coming in throws, every time. */
    DeviceFaultException inEnter;

    /** What it was asked for when it failed in an addition. */
    final List<String> seen = new ArrayList<>();

    /** Threads that are in. */
    int inside;

    static DeviceFaultException fault() {
        return new DeviceFaultException("illegal address in kernel add; check the row numbers", null);
    }

    @Override
    protected void enter() {
        if (inEnter != null) {
            throw inEnter;
        }
        inside++;
    }

    @Override
    protected void leave() {
        inside--;
    }

    @Override
    protected Memory allocate(DType type, long elements) {
        if (inAllocate != null) {
            DeviceFaultException thrown = inAllocate;
            inAllocate = null;
            throw thrown;
        }
        return super.allocate(type, elements);
    }

    @Override
    protected void await() {
        super.await();
        if (inAwait != null) {
            throw inAwait;
        }
    }

    @Override
    protected Operations rawOperations() {
        return new OracleOperations() {
            @Override
            public void add(Tensor a, Tensor b, Tensor into) {
                if (inAdd != null) {
                    seen.add(lastAsked());
                    RuntimeException thrown = inAdd;
                    inAdd = null;
                    throw thrown;
                }
                super.add(a, b, into);
            }
        };
    }
}
