package io.nudge.tensor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * One device: its memory and its order of work. What its users rely on (ownership, checks before work, order over
 * threads, recording, faults, leaks) is kept here once, for every backend; a backend adds memory and {@link Operations}.
 *
 * <p>Safe to use from any thread; work is done in the order of calls.
 *
 * <pre>{@code
 * try (Backend backend = Backends.open("cpu"); Scope scope = Scope.open()) {
 *     Tensor z = backend.vector(new double[] {-1, 0, 1}, DType.FLOAT32);
 *     System.out.println(Arrays.toString(z.sigmoid().floats()));
 * }
 * }</pre>
 */
public abstract class Backend implements AutoCloseable {
    private static final int NAMED_LEAKS = 10;
    private static final Tensor[] NONE = {};

    /** So many elements go through the host at once. */
    private static final int THROUGH_HOST = 1 << 20;

    private static final AtomicLong OPENED = new AtomicLong();

    private final long number = OPENED.incrementAndGet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Device device;
    private final Map<Long, Tensor.Block> live = new LinkedHashMap<>();
    private final Set<Program> programs = new LinkedHashSet<>();
    private final boolean traceLeaks = "trace".equals(System.getProperty("nudge.leaks"));
    private Operations checked;
    private Recorder recorder;
    private Set<Tensor.Block> recorded;
    private String operation = "";
    private Tensor[] operands = NONE;
    private DeviceFaultException fault;
    private boolean closed;
    private long allocations;
    private long bytes;
    private long peakBytes;

    /**
     * Takes the device's description.
     *
     * @param device what this backend computes on
     */
    protected Backend(Device device) {
        this.device = device;
    }

    // ---- what a backend adds; all called under the lock -------------------------------------------------------------

    /**
     * Gives out memory, all zeros.
     *
     * @param type the type of its elements
     * @param elements how many
     * @return the memory
     * @throws OutOfMemoryError or an exception that says what was asked and what is free
     */
    protected abstract Memory allocate(DType type, long elements);

    /**
     * The backend's own operations, called with arguments already checked. Called once.
     *
     * @return the operations
     */
    protected abstract Operations rawOperations();

    /** Waits until all work is done. */
    protected abstract void await();

    /** Gives the device back. Called once, after all memory and programs. */
    protected abstract void release();

    /**
     * Called on the calling thread when it comes in, before anything else is; the backend may be closed. The default does
     * nothing.
     *
     * @throws DeviceFaultException if the device cannot be reached any more
     */
    protected void enter() {}

    /** Called on the same thread when it goes out again, whatever has happened; the backend may be closed by now. */
    protected void leave() {}

    /**
     * What the backend was asked to do last, for its messages.
     *
     * @return operation and tensors: {@code add of tensor #1 float32[2] and tensor #2 float32[2]}
     */
    protected final String lastAsked() {
        StringBuilder text = new StringBuilder(operation);
        for (int i = 0; i < operands.length; i++) {
            text.append(i == 0 ? " of " : i == operands.length - 1 ? " and " : ", ")
                    .append(operands[i]);
        }
        return text.toString();
    }

    /**
     * The tensors that take most memory, for the messages of a backend that has none left.
     *
     * @param count how many at most
     * @return each with its bytes, the largest first; empty if there are none
     */
    protected final List<String> largestTensors(int count) {
        return live.values().stream()
                .sorted(Comparator.comparingLong(Tensor.Block::bytes).reversed())
                .limit(count)
                .map(block -> block.describe() + " (" + block.bytes() + " bytes)")
                .toList();
    }

    /**
     * How much memory could still be given out. The default knows no limit.
     *
     * @return bytes; Long.MAX_VALUE where there is no limit or none is known
     */
    protected long freeBytes() {
        return Long.MAX_VALUE;
    }

    /**
     * Takes over the elements of a tensor of another backend without the host between them, where it can: after all that was
     * asked of either before, and before all that is asked of either later. Called under the locks of both. The default
     * cannot.
     *
     * @param from a tensor of another backend
     * @param to a tensor of this one, of the same type and size
     * @return whether it did
     */
    protected boolean receive(Tensor from, Tensor to) {
        return false;
    }

    /**
     * Begins a recording. The default keeps a list.
     *
     * @return what takes the operations
     */
    protected Recorder startRecording() {
        return new Recorder();
    }

    // ---- what users call --------------------------------------------------------------------------------------------

    /**
     * What this backend computes on.
     *
     * @return the device
     */
    public final Device device() {
        return device;
    }

    /**
     * Makes a tensor of zeros, in the current {@link Scope} if there is one.
     *
     * @param shape its shape
     * @param type its type
     * @return the tensor
     */
    public final Tensor zeros(Shape shape, DType type) {
        Tensor tensor = locked("zeros", () -> {
            refuseWhileRecording("making a tensor");
            Memory memory = allocate(type, shape.size());
            long id = ++allocations;
            Throwable madeAt = traceLeaks ? new Throwable("made here") : null;
            Tensor.Block block = new Tensor.Block(this, memory, type, shape, id, madeAt);
            live.put(id, block);
            bytes += block.bytes();
            peakBytes = Math.max(peakBytes, bytes);
            return new Tensor(block, 0, shape, false);
        });
        Scope.adopt(tensor);
        return tensor;
    }

    /**
     * Makes a float32 tensor of zeros, in the current {@link Scope} if there is one.
     *
     * @param shape its shape
     * @return the tensor
     */
    public final Tensor zeros(Shape shape) {
        return zeros(shape, DType.FLOAT32);
    }

    /**
     * Makes a float32 vector of given values.
     *
     * @param values the elements
     * @return a new tensor [n]
     */
    public final Tensor vector(double... values) {
        return vector(values, DType.FLOAT32);
    }

    /**
     * Makes a float32 matrix of given values.
     *
     * @param values rows of equal length
     * @return a new tensor [rows, columns]
     */
    public final Tensor matrix(double[][] values) {
        return matrix(values, DType.FLOAT32);
    }

    /**
     * Makes a vector of given values.
     *
     * @param values the elements
     * @param type float32 or float64
     * @return a new tensor [n]
     */
    public final Tensor vector(double[] values, DType type) {
        return tensor(values, Shape.of(values.length), type);
    }

    /**
     * Makes a matrix of given values.
     *
     * @param values rows of equal length
     * @param type float32 or float64
     * @return a new tensor [rows, columns]
     */
    public final Tensor matrix(double[][] values, DType type) {
        int columns = values.length == 0 ? 0 : values[0].length;
        double[] flat = new double[values.length * columns];
        for (int i = 0; i < values.length; i++) {
            if (values[i].length != columns) {
                throw new IllegalArgumentException("matrix: row " + i + " has " + values[i].length
                        + " values, row 0 has " + columns + "; all rows must be as long");
            }
            System.arraycopy(values[i], 0, flat, i * columns, columns);
        }
        return tensor(flat, Shape.of(values.length, columns), type);
    }

    /**
     * Makes a tensor of given values.
     *
     * @param values the elements, row by row
     * @param shape its shape
     * @param type float32 or float64
     * @return a new tensor
     */
    public final Tensor tensor(double[] values, Shape shape, DType type) {
        if (shape.size() != values.length) {
            throw new IllegalArgumentException(
                    "tensor: " + values.length + " values do not fill the shape " + shape + "; give " + shape.size());
        }
        if (!type.isFloating()) {
            throw new IllegalArgumentException(
                    "tensor: " + type + " holds whole numbers; make zeros(shape, type) and write(long[])");
        }
        Tensor tensor = zeros(shape, type);
        tensor.write(values);
        return tensor;
    }

    /**
     * The mathematics, checked.
     *
     * @return the operations
     */
    public final Operations operations() {
        begin("operations");
        try {
            if (checked == null) {
                checked = new CheckedOperations(this, rawOperations());
            }
            return checked;
        } finally {
            end();
        }
    }

    /**
     * Prepares a fixed sequence of operations to be run many times. The step is called once, now; its operations are
     * checked and recorded, not carried out. While it runs, tensors can be neither made, read nor written on this
     * backend, and other threads wait.
     *
     * @param step calls the operations, in order
     * @return the program, to be closed by the caller (or with the backend)
     */
    public final Program record(Runnable step) {
        return locked("record", () -> {
            refuseWhileRecording("recording");
            recorder = startRecording();
            recorded = new LinkedHashSet<>();
            Recorder mine = recorder;
            boolean done = false;
            try {
                step.run();
                Program program = new Program(this, mine.finish(), mine::release, recorded);
                programs.add(program);
                done = true;
                return program;
            } finally {
                recorder = null;
                recorded = null;
                if (!done) {
                    mine.release();
                }
            }
        });
    }

    /** Waits until all work asked for so far is done. */
    public final void synchronize() {
        locked("synchronize", () -> {
            refuseWhileRecording("waiting");
            await();
            return null;
        });
    }

    /**
     * How much memory the tensors take.
     *
     * @return numbers of this moment
     */
    public final MemoryUse memory() {
        lock.lock();
        try {
            return new MemoryUse(live.size(), bytes, peakBytes, allocations);
        } finally {
            lock.unlock();
        }
    }

    /**
     * How much memory tensors can still be made of: what a data set has to fit into to be kept on the device.
     *
     * @return bytes, of this moment; Long.MAX_VALUE where there is no limit or none is known
     */
    public final long freeMemory() {
        return locked("freeMemory", this::freeBytes);
    }

    /**
     * Waits for the work, gives back all memory and the device. Closing twice does nothing.
     *
     * @throws LeakException if tensors were still open; it names them
     */
    @Override
    public final void close() {
        try {
            begin("close");
        } catch (DeviceFaultException e) {
            giveUp(e);
        }
        try {
            if (closed) {
                return;
            }
            refuseWhileRecording("closing the backend");
            List<Tensor.Block> leaked = new ArrayList<>(live.values());
            try {
                if (fault == null) {
                    await();
                }
            } finally {
                releaseAll();
            }
            if (!leaked.isEmpty()) {
                throw leak(leaked);
            }
        } finally {
            end();
        }
    }

    /** The device cannot be reached any more: what there is on this side of it goes all the same. */
    private void giveUp(DeviceFaultException cause) {
        lock.lock();
        try {
            remember(cause);
            releaseAll();
            throw cause;
        } finally {
            lock.unlock();
        }
    }

    private void releaseAll() {
        closed = true;
        try {
            programs.forEach(Program::closeLocked);
            programs.clear();
            for (Tensor.Block block : live.values()) {
                block.closed = true;
                block.memory.free();
            }
            live.clear();
            bytes = 0;
        } finally {
            release();
        }
    }

    private static LeakException leak(List<Tensor.Block> leaked) {
        StringBuilder message = new StringBuilder("the backend was closed with ")
                .append(leaked.size())
                .append(leaked.size() == 1 ? " open tensor: " : " open tensors: ");
        for (int i = 0; i < Math.min(NAMED_LEAKS, leaked.size()); i++) {
            message.append(i == 0 ? "" : ", ").append(leaked.get(i).describe());
        }
        if (leaked.size() > NAMED_LEAKS) {
            message.append(", and ").append(leaked.size() - NAMED_LEAKS).append(" more");
        }
        boolean traced = leaked.get(0).madeAt != null;
        message.append("; close them, or make them in a Scope");
        message.append(traced ? "" : " (run with -Dnudge.leaks=trace to see where each was made)");
        LeakException leak = new LeakException(message.toString());
        for (Tensor.Block block : leaked) {
            if (block.madeAt != null) {
                IllegalStateException made = new IllegalStateException(block.describe() + " was made here");
                made.setStackTrace(block.madeAt.getStackTrace());
                leak.addSuppressed(made);
            }
        }
        return leak;
    }

    // ---- called by tensors, programs and checked operations ---------------------------------------------------------

    final void submit(String name, Runnable work, Tensor... tensors) {
        begin(name, tensors);
        try {
            requireUsable(name);
            for (Tensor tensor : tensors) {
                tensor.block().requireOpen(name);
            }
            if (recorder == null) {
                guarded(work);
            } else {
                for (Tensor tensor : tensors) {
                    recorded.add(tensor.block());
                }
                recorder.add(work);
            }
        } finally {
            end();
        }
    }

    /** Copies elements from one backend to another. */
    static void transfer(Tensor from, Tensor to) {
        String name = "copyTo";
        if (from.type() != to.type() || from.size() != to.size()) {
            throw new IllegalArgumentException(
                    name + ": both must be of one type and have as many elements; here: " + from + " and " + to);
        }
        if (!directly(name, from, to)) {
            throughHost(from, to);
        }
    }

    /** Whichever of two backends was opened first is locked first, so that no two threads wait for each other. */
    private static boolean directly(String name, Tensor from, Tensor to) {
        boolean inOrder = from.backend().number < to.backend().number;
        Backend first = inOrder ? from.backend() : to.backend();
        Backend second = inOrder ? to.backend() : from.backend();
        first.begin(name, new Tensor[] {from, to});
        try {
            second.begin(name, new Tensor[] {from, to});
            try {
                for (Tensor each : new Tensor[] {from, to}) {
                    each.backend().requireUsable(name);
                    each.backend().refuseWhileRecording("copying to another backend");
                    each.block().requireOpen(name);
                }
                return to.backend().receive(from, to);
            } catch (
                    DeviceFaultException e) { // on which of the two devices, and what the other has of it, nobody knows
                from.backend().remember(e);
                throw to.backend().remember(e);
            } finally {
                second.end();
            }
        } finally {
            first.end();
        }
    }

    private static void throughHost(Tensor from, Tensor to) {
        for (long at = 0; at < from.size(); at += THROUGH_HOST) {
            Shape part = Shape.of(Math.min(THROUGH_HOST, from.size() - at));
            Tensor source = from.view(at, part);
            Tensor target = to.view(at, part);
            switch (from.type()) {
                case FLOAT32 -> target.write(source.floats());
                case FLOAT64 -> target.write(source.doubles());
                case INT64 -> target.write(source.longs());
            }
        }
    }

    final void run(Program program) {
        begin("run");
        try {
            requireUsable("run");
            refuseWhileRecording("running a program");
            program.runLocked();
        } catch (DeviceFaultException e) {
            throw remember(e);
        } finally {
            end();
        }
    }

    final void close(Program program) {
        begin("close");
        try {
            if (programs.remove(program)) {
                program.closeLocked();
            }
        } finally {
            end();
        }
    }

    final void write(Tensor tensor, int length, Object values) {
        locked("write", () -> {
            operands = new Tensor[] {tensor};
            refuseWhileRecording("writing a tensor");
            tensor.block().requireOpen("write");
            requireLength("write", tensor, length);
            tensor.memory().write(tensor.offset(), values);
            return null;
        });
    }

    final float[] read(Tensor tensor, float[] into) {
        read(tensor, into.length, into);
        return into;
    }

    final double[] read(Tensor tensor, double[] into) {
        read(tensor, into.length, into);
        return into;
    }

    final long[] read(Tensor tensor, long[] into) {
        read(tensor, into.length, into);
        return into;
    }

    private void read(Tensor tensor, int length, Object into) {
        begin("read", new Tensor[] {tensor});
        try {
            requireUsable("read");
            refuseWhileRecording("reading a tensor");
            tensor.block().requireOpen("read");
            requireLength("read", tensor, length);
            tensor.memory().read(tensor.offset(), into);
        } catch (DeviceFaultException e) {
            throw remember(e);
        } finally {
            end();
        }
    }

    final void free(Tensor.Block block) {
        begin("close");
        try {
            if (block.closed) {
                return;
            }
            refuseWhileRecording("closing a tensor");
            block.closed = true;
            live.remove(block.id);
            bytes -= block.bytes();
            block.memory.free();
        } finally {
            end();
        }
    }

    private static void requireLength(String operation, Tensor tensor, int length) {
        if (length != tensor.size()) {
            throw new IllegalArgumentException(operation + ": the array has " + length + " values, " + tensor + " has "
                    + tensor.size() + " elements; they must be as many");
        }
    }

    private <T> T locked(String name, Supplier<T> work) {
        begin(name);
        try {
            requireUsable(name);
            return work.get();
        } catch (DeviceFaultException e) {
            throw remember(e);
        } finally {
            end();
        }
    }

    private void begin(String name) {
        begin(name, NONE);
    }

    /** Waits until it is this thread's turn. A step that is being recorded comes in again for each of its operations. */
    private void begin(String name, Tensor[] tensors) {
        lock.lock();
        operation = name;
        operands = tensors;
        boolean entered = false;
        try {
            if (lock.getHoldCount() == 1) {
                enter();
            }
            entered = true;
        } catch (DeviceFaultException e) {
            throw remember(e);
        } finally {
            if (!entered) {
                lock.unlock();
            }
        }
    }

    private void end() {
        try {
            if (lock.getHoldCount() == 1) {
                operands = NONE;
                leave();
            }
        } finally {
            lock.unlock();
        }
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (DeviceFaultException e) {
            throw remember(e);
        }
    }

    private DeviceFaultException remember(DeviceFaultException e) {
        if (fault == null) {
            fault = e;
        }
        return e;
    }

    private void requireUsable(String operation) {
        if (closed) {
            throw new IllegalStateException(operation + ": the backend " + device + " is closed; open another");
        }
        if (fault != null) {
            throw new DeviceFaultException(
                    operation + ": refused, since the device " + device + " has failed before: " + fault.getMessage()
                            + "; close this backend and open another",
                    fault);
        }
    }

    private void refuseWhileRecording(String what) {
        if (recorder != null) {
            throw new IllegalStateException(what + " is not possible while a program is being recorded; do it before "
                    + "Backend.record, so that a run allocates nothing and waits for nothing");
        }
    }

    @Override
    public final String toString() {
        return device.toString();
    }
}
