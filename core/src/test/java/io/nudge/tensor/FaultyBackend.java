package io.nudge.tensor;

/** A backend whose device can be made to fail. */
class FaultyBackend extends OracleBackend {
    /** What the next addition throws, once. */
    RuntimeException inAdd;

    /** What waiting throws, every time. */
    DeviceFaultException inAwait;

    /** What the next allocation throws, once. */
    DeviceFaultException inAllocate;

    static DeviceFaultException fault() {
        return new DeviceFaultException("illegal address in kernel add; check the row numbers", null);
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
                    RuntimeException thrown = inAdd;
                    inAdd = null;
                    throw thrown;
                }
                super.add(a, b, into);
            }
        };
    }
}
