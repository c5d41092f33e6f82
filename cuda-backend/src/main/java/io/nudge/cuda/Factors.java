package io.nudge.cuda;

import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import jcuda.driver.CUdeviceptr;

/**
 * The factors of products with 16 bits: copies of float32 memory, rounded. Memory has one as soon as a product takes it; the
 * passes that write such memory store the copy too, and say so here, as all do that write it otherwise. What is not up to
 * date is rounded before a product takes it, the whole memory in one launch.
 *
 * <p>While a program is recorded nothing runs, so what it does to copies is noted as the program's. Of memory that the
 * program reads before it writes it, it demands a copy that is up to date when a run begins.
 */
final class Factors {
    private final Engine engine;
    private final Precision precision;
    private final Kernel.Variant variant;
    private Map<CudaMemory, Trace> recorded;
    private boolean appeared;

    /**
     * Copies for products of a precision.
     *
     * @param stored whether products take stored copies, where they do not round by themselves
     */
    Factors(Engine engine, Precision precision, boolean stored) {
        this.engine = engine;
        this.precision = precision;
        this.variant = stored ? Kernel.Variant.of(precision) : null;
    }

    Precision precision() {
        return precision;
    }

    /** What a program does to a memory's copy. */
    static final class Trace {
        private final CudaMemory memory;
        private final Span fresh = new Span();
        private final Span changed = new Span();
        private boolean demanded;

        Trace(CudaMemory memory) {
            this.memory = memory;
        }

        /** Whether elements are up to date at this point of the program, where need be by demanding that they are at first. */
        boolean provides(long from, long to) {
            if (fresh.covers(from, to)) {
                return true;
            }
            if (!changed.isWithin(fresh)) {
                return false;
            }
            demanded = true;
            fresh.set(0, memory.elements());
            return true;
        }
    }

    // ---- what is written --------------------------------------------------------------------------------------------

    /** Notes that a tensor is written without its copy. */
    void written(Tensor x) {
        if (variant != null && x.type() == DType.FLOAT32) {
            written((CudaMemory) x.memory(), x.offset(), x.offset() + x.size());
        }
    }

    /** The same for elements of a memory. */
    void written(CudaMemory memory, long from, long to) {
        if (recorded == null) {
            memory.fresh.take(from, to);
        } else {
            Trace trace = trace(memory);
            trace.fresh.take(from, to);
            trace.changed.stretch(from, to);
        }
    }

    /** Begins a launch that writes a tensor, and its copy too if it has one, whose address is then the last argument. */
    Launcher storing(Kernel kernel, Tensor into) {
        long copy = copyFor(into);
        return copy == 0
                ? engine.launcher.of(kernel, into.type())
                : engine.launcher.of(kernel, variant).endingWith(copy);
    }

    /** The same for a launch that may leave the tensor as it is: its copy is up to date before, so that it is so either way. */
    Launcher storingPerhaps(Kernel kernel, Tensor into) {
        if (variant != null && ((CudaMemory) into.memory()).copy != null) {
            of(into);
        }
        return storing(kernel, into);
    }

    /** Notes that a pass writes a tensor, and its copy too if it has one: where to, or else 0. */
    long copyFor(Tensor into) {
        CudaMemory memory = (CudaMemory) into.memory();
        if (variant == null || into.type() != DType.FLOAT32 || memory.copy == null) {
            written(into);
            return 0;
        }
        refreshed(memory, into.offset(), into.offset() + into.size());
        return memory.copyAddress(into.offset());
    }

    private void refreshed(CudaMemory memory, long from, long to) {
        if (recorded == null) {
            memory.fresh.add(from, to);
        } else {
            trace(memory).fresh.add(from, to);
        }
    }

    private Trace trace(CudaMemory memory) {
        return recorded.computeIfAbsent(memory, Trace::new);
    }

    // ---- what products take -----------------------------------------------------------------------------------------

    /** A tensor's copy, up to date for what is put on the stream next. */
    CUdeviceptr of(Tensor x) {
        CudaMemory memory = engine.uses.of(x);
        if (memory.copy == null) {
            memory.copy = engine.allocator.take(memory.elements() * Short.BYTES);
            appeared = true;
        }
        long end = x.offset() + x.size();
        if (recorded == null
                ? !memory.fresh.covers(x.offset(), end)
                : !trace(memory).provides(x.offset(), end)) {
            round(memory);
            refreshed(memory, 0, memory.elements());
        }
        return memory.copy.at(x.offset() * Short.BYTES);
    }

    private void round(CudaMemory memory) {
        engine.launcher
                .of(engine.kernels.round, variant)
                .with(memory.address(0))
                .with(memory.copyAddress(0))
                .with(memory.elements())
                .blocks(Grid.elements(memory.elements()));
    }

    // ---- programs ---------------------------------------------------------------------------------------------------

    /** What follows is recorded, until {@link #recorded}. */
    void record() {
        recorded = new LinkedHashMap<>();
        appeared = false;
    }

    /** Whether memory has got its first copy since then: what was recorded before has not stored it. */
    boolean haveAppeared() {
        return appeared;
    }

    /** Ends the recording; gives what the program does. */
    Trace[] recorded() {
        Trace[] traces = recorded.values().toArray(new Trace[0]);
        recorded = null;
        return traces;
    }

    /** A run of a program is put on the stream next. */
    void begin(Trace[] traces) {
        for (Trace each : traces) {
            if (each.demanded && !each.memory.fresh.covers(0, each.memory.elements())) {
                round(each.memory);
                each.memory.fresh.set(0, each.memory.elements());
            }
        }
    }

    /** It was. */
    void end(Trace[] traces) {
        for (Trace each : traces) {
            each.memory.fresh.take(each.changed);
            each.memory.fresh.add(each.fresh);
        }
    }
}
