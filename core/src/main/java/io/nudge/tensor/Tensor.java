package io.nudge.tensor;

import io.nudge.math.Activation;
import java.util.function.Consumer;

/**
 * A dense, row-major array of numbers in the memory of a {@link Backend}. The first dimension is the batch. A tensor is
 * closed by who made it, or by the {@link Scope} it was made in; a view shares another tensor's memory and owns none.
 *
 * <p>Methods that return a tensor allocate it; those with a destination {@code into} allocate nothing and return the
 * destination. Operations may be asynchronous; reading values waits. Every misuse (closed tensor, other backend, other
 * type, wrong shape) throws before any work is done. Safe to use from any thread.
 *
 * <pre>{@code
 * Tensor a = backend.matrix(new double[][] {{1, 2}, {3, 4}}, DType.FLOAT64);
 * Tensor b = a.matmul(a); // [[7, 10], [15, 22]]
 * }</pre>
 */
public final class Tensor implements AutoCloseable {
    private final Block block;
    private final long offset;
    private final Shape shape;
    private final boolean view;
    private volatile String viewName;

    Tensor(Block block, long offset, Shape shape, boolean view) {
        this.block = block;
        this.offset = offset;
        this.shape = shape;
        this.view = view;
    }

    /**
     * The backend that holds this tensor.
     *
     * @return the backend
     */
    public Backend backend() {
        return block.backend;
    }

    /**
     * The lengths of the dimensions.
     *
     * @return the shape
     */
    public Shape shape() {
        return shape;
    }

    /**
     * The number of elements.
     *
     * @return the size of the shape
     */
    public long size() {
        return shape.size();
    }

    /**
     * The type of the elements.
     *
     * @return the type
     */
    public DType type() {
        return block.type;
    }

    /**
     * The memory that this tensor lies in; for backends.
     *
     * @return the backend's own block of memory
     */
    public Memory memory() {
        return block.memory;
    }

    /**
     * Where this tensor begins in its {@link #memory()}; for backends.
     *
     * @return elements before the first
     */
    public long offset() {
        return offset;
    }

    /**
     * A part of this tensor, or all of it in another shape, in the same memory. Closing a view does nothing; when its
     * tensor is closed, so is the view.
     *
     * @param start elements of this tensor before the first of the view
     * @param viewShape the shape of the view
     * @return the view
     * @throws IllegalArgumentException if it does not lie inside this tensor
     */
    public Tensor view(long start, Shape viewShape) {
        block.requireOpen("view");
        if (start < 0 || start > size() || viewShape.size() > size() - start) {
            throw new IllegalArgumentException("view: " + viewShape + " from element " + start
                    + " on does not fit into " + this + "; start + size must be at most " + size());
        }
        return new Tensor(block, offset + start, viewShape, true);
    }

    /**
     * The same elements in another shape.
     *
     * @param viewShape a shape of the same size
     * @return a view
     * @throws IllegalArgumentException if the sizes differ
     */
    public Tensor reshape(Shape viewShape) {
        if (viewShape.size() != size()) {
            throw new IllegalArgumentException("reshape: " + this + " has " + size() + " elements, the shape "
                    + viewShape + " has " + viewShape.size() + "; they must be as many");
        }
        return view(0, viewShape);
    }

    /**
     * Some rows of a matrix, or elements of a vector.
     *
     * @param from the first row
     * @param count how many
     * @return a view
     * @throws IllegalArgumentException if there are not so many
     */
    public Tensor rows(long from, long count) {
        if (shape.rank() == 0 || from < 0 || count < 0 || count > shape.dimension(0) - from) {
            throw new IllegalArgumentException("rows: " + this + " has no " + count + " rows from " + from + " on");
        }
        long[] dimensions = new long[shape.rank()];
        for (int i = 0; i < dimensions.length; i++) {
            dimensions[i] = i == 0 ? count : shape.dimension(i);
        }
        long width = shape.dimension(0) == 0 ? 0 : size() / shape.dimension(0);
        return view(from * width, Shape.of(dimensions));
    }

    /**
     * Gives the tensor a name for messages; a view has its own.
     *
     * @param name for example {@code weights of layer 2}
     * @return this tensor
     */
    public Tensor named(String name) {
        if (view) {
            viewName = name;
        } else {
            block.name = name;
        }
        return this;
    }

    /**
     * Copies values in, rounding them to float32 where that is the type.
     *
     * @param values as many as the tensor has elements
     * @throws IllegalArgumentException if they are more or fewer, or the type is int64
     */
    public void write(double[] values) {
        requireFloating("write");
        block.backend.write(this, values.length, type() == DType.FLOAT64 ? values : toFloats(values));
    }

    /**
     * Copies values in.
     *
     * @param values as many as the tensor has elements
     * @throws IllegalArgumentException if they are more or fewer, or the type is int64
     */
    public void write(float[] values) {
        requireFloating("write");
        block.backend.write(this, values.length, type() == DType.FLOAT32 ? values : toDoubles(values));
    }

    /**
     * Copies whole numbers in.
     *
     * @param values as many as the tensor has elements
     * @throws IllegalArgumentException if they are more or fewer, or the type is not int64
     */
    public void write(long[] values) {
        requireIntegral("write");
        block.backend.write(this, values.length, values);
    }

    /**
     * Copies the elements into another tensor, of this backend or any other: between two devices without the host in between,
     * where their backends can. It comes after all that was asked of either before.
     *
     * <pre>{@code
     * Tensor there = second.zeros(here.shape(), here.type());
     * here.copyTo(there);
     * }</pre>
     *
     * @param to the destination, of the same type and size
     * @return the destination
     * @throws IllegalArgumentException if types or sizes differ
     * @throws IllegalStateException if one of the two is closed, or either backend records a program and they are not the same
     */
    public Tensor copyTo(Tensor to) {
        if (to.backend() == backend()) {
            backend().operations().copy(this, to);
        } else {
            Backend.transfer(this, to);
        }
        return to;
    }

    /**
     * Copies the values out, rounded to float32.
     *
     * @return the elements, row by row
     */
    public float[] floats() {
        requireFloating("floats");
        if (type() == DType.FLOAT32) {
            return block.backend.read(this, new float[arrayLength()]);
        }
        return toFloats(block.backend.read(this, new double[arrayLength()]));
    }

    /**
     * Copies the values out.
     *
     * @return the elements, row by row
     */
    public double[] doubles() {
        requireFloating("doubles");
        if (type() == DType.FLOAT64) {
            return block.backend.read(this, new double[arrayLength()]);
        }
        return toDoubles(block.backend.read(this, new float[arrayLength()]));
    }

    /**
     * Copies float64 values into an array of the caller's, allocating nothing.
     *
     * @param into receives the elements; of the same length
     */
    public void read(double[] into) {
        requireType("read", DType.FLOAT64);
        block.backend.read(this, into);
    }

    /**
     * Copies float32 values into an array of the caller's, allocating nothing.
     *
     * @param into receives the elements; of the same length
     */
    public void read(float[] into) {
        requireType("read", DType.FLOAT32);
        block.backend.read(this, into);
    }

    /**
     * Copies whole numbers out.
     *
     * @return the elements, row by row
     */
    public long[] longs() {
        requireIntegral("longs");
        return block.backend.read(this, new long[arrayLength()]);
    }

    /**
     * The matrix product of this [m, k] and another [k, n].
     *
     * @param b the right factor
     * @return a new tensor [m, n]
     */
    public Tensor matmul(Tensor b) {
        requireMatrix("matmul");
        b.requireMatrix("matmul");
        if (shape.columns() != b.shape.rows()) {
            throw new IllegalArgumentException("matmul: " + this + " has " + shape.columns() + " columns, but " + b
                    + " has " + b.shape.rows() + " rows; they must be as many (transpose one?)");
        }
        return made("matmul", Shape.of(shape.rows(), b.shape.columns()), into -> matmul(b, into));
    }

    /**
     * The matrix product of this [m, k] and another [k, n].
     *
     * @param b the right factor
     * @param into receives the product [m, n]; must not share memory with a factor
     * @return {@code into}
     */
    public Tensor matmul(Tensor b, Tensor into) {
        operations().product(1, this, Transpose.NO, b, Transpose.NO, 0, into);
        return into;
    }

    /**
     * The transposed matrix.
     *
     * @return a new tensor [columns, rows]
     */
    public Tensor transpose() {
        requireMatrix("transpose");
        return made("transpose", Shape.of(shape.columns(), shape.rows()), this::transpose);
    }

    /**
     * The transposed matrix.
     *
     * @param into receives [columns, rows]; must not share memory with this
     * @return {@code into}
     */
    public Tensor transpose(Tensor into) {
        operations().transpose(this, into);
        return into;
    }

    /**
     * The outer product of this vector [m] and another [n].
     *
     * @param b the other vector
     * @return a new tensor [m, n] with the elements a_i b_j
     */
    public Tensor outer(Tensor b) {
        requireVector("outer");
        b.requireVector("outer");
        return made("outer", Shape.of(size(), b.size()), into -> outer(b, into));
    }

    /**
     * The outer product of this vector [m] and another [n].
     *
     * @param b the other vector
     * @param into receives [m, n] with the elements a_i b_j
     * @return {@code into}
     */
    public Tensor outer(Tensor b, Tensor into) {
        operations().outer(this, b, into);
        return into;
    }

    /**
     * The sum, element by element.
     *
     * @param b a tensor of the same shape
     * @return a new tensor
     */
    public Tensor add(Tensor b) {
        return made("add", shape, into -> add(b, into));
    }

    /**
     * The sum, element by element.
     *
     * @param b a tensor of the same shape
     * @param into receives the sum; may be an operand
     * @return {@code into}
     */
    public Tensor add(Tensor b, Tensor into) {
        operations().add(this, b, into);
        return into;
    }

    /**
     * The difference, element by element.
     *
     * @param b a tensor of the same shape
     * @return a new tensor
     */
    public Tensor subtract(Tensor b) {
        return made("subtract", shape, into -> subtract(b, into));
    }

    /**
     * The difference, element by element.
     *
     * @param b a tensor of the same shape
     * @param into receives the difference; may be an operand
     * @return {@code into}
     */
    public Tensor subtract(Tensor b, Tensor into) {
        operations().subtract(this, b, into);
        return into;
    }

    /**
     * The product a ⊙ b, element by element.
     *
     * @param b a tensor of the same shape
     * @return a new tensor
     */
    public Tensor hadamard(Tensor b) {
        return made("hadamard", shape, into -> hadamard(b, into));
    }

    /**
     * The product a ⊙ b, element by element.
     *
     * @param b a tensor of the same shape
     * @param into receives the product; may be an operand
     * @return {@code into}
     */
    public Tensor hadamard(Tensor b, Tensor into) {
        operations().hadamard(this, b, into);
        return into;
    }

    /**
     * This tensor times a number.
     *
     * @param alpha the number
     * @return a new tensor
     */
    public Tensor scale(double alpha) {
        return made("scale", shape, into -> scale(alpha, into));
    }

    /**
     * This tensor times a number.
     *
     * @param alpha the number
     * @param into receives the result; may be this tensor
     * @return {@code into}
     */
    public Tensor scale(double alpha, Tensor into) {
        operations().scale(alpha, this, into);
        return into;
    }

    /**
     * Adds a vector [n] to every row of this matrix [m, n], as a bias is added.
     *
     * @param row the vector
     * @return a new tensor [m, n]
     */
    public Tensor addRow(Tensor row) {
        return made("addRow", shape, into -> addRow(row, into));
    }

    /**
     * Adds a vector [n] to every row of this matrix [m, n], as a bias is added.
     *
     * @param row the vector
     * @param into receives the result; may be this tensor
     * @return {@code into}
     */
    public Tensor addRow(Tensor row, Tensor into) {
        operations().addRow(this, row, into);
        return into;
    }

    /**
     * The sum of the rows of this matrix [m, n], as over a batch.
     *
     * @return a new tensor [n]
     */
    public Tensor sumRows() {
        requireMatrix("sumRows");
        return made("sumRows", Shape.of(shape.columns()), this::sumRows);
    }

    /**
     * The sum of the rows of this matrix [m, n], as over a batch.
     *
     * @param into receives the sum [n]
     * @return {@code into}
     */
    public Tensor sumRows(Tensor into) {
        operations().sumRows(this, 1, 0, into);
        return into;
    }

    /**
     * σ of every element (of every row, for softmax).
     *
     * @param f the activation σ
     * @return a new tensor
     */
    public Tensor activate(Activation f) {
        return made("activate", shape, into -> activate(f, into));
    }

    /**
     * σ of every element (of every row, for softmax).
     *
     * @param f the activation σ
     * @param into receives σ(z); may be this tensor
     * @return {@code into}
     */
    public Tensor activate(Activation f, Tensor into) {
        operations().activate(f, this, into);
        return into;
    }

    /**
     * σ′ of every element.
     *
     * @param f the activation; not softmax
     * @return a new tensor
     */
    public Tensor activatePrime(Activation f) {
        return made("activatePrime", shape, into -> activatePrime(f, into));
    }

    /**
     * σ′ of every element.
     *
     * @param f the activation; not softmax
     * @param into receives σ′(z); may be this tensor
     * @return {@code into}
     */
    public Tensor activatePrime(Activation f, Tensor into) {
        operations().activatePrime(f, this, into);
        return into;
    }

    /**
     * The logistic function of every element.
     *
     * @return a new tensor
     */
    public Tensor sigmoid() {
        return activate(Activation.SIGMOID);
    }

    /**
     * The derivative of the logistic function at every element.
     *
     * @return a new tensor
     */
    public Tensor sigmoidPrime() {
        return activatePrime(Activation.SIGMOID);
    }

    /** Gives the memory back. Closing twice does nothing, nor does closing a view. */
    @Override
    public void close() {
        if (!view) {
            block.backend.free(block);
        }
    }

    /**
     * Whether the memory was given back.
     *
     * @return true after close
     */
    public boolean isClosed() {
        return block.closed;
    }

    /** For messages: name, type, shape and state; never the values. */
    @Override
    public String toString() {
        String name = viewName != null ? viewName : block.name != null ? block.name : "tensor #" + block.id;
        return name + " " + type() + shape + (view ? " (view)" : "") + (block.closed ? " (closed)" : "");
    }

    Block block() {
        return block;
    }

    /** Whether two tensors share any element. */
    boolean overlaps(Tensor other) {
        return block == other.block && offset < other.offset + other.size() && other.offset < offset + size();
    }

    /** Whether two tensors are the same elements in the same order. */
    boolean coincides(Tensor other) {
        return block == other.block && offset == other.offset && size() == other.size();
    }

    private Operations operations() {
        return block.backend.operations();
    }

    private void requireMatrix(String name) {
        if (shape.rank() != 2) {
            throw new IllegalArgumentException(name + ": a matrix [rows, columns] is needed, but here is " + this
                    + "; reshape(Shape.of(n, 1)) makes a column of a vector");
        }
    }

    private void requireVector(String name) {
        if (shape.rank() != 1) {
            throw new IllegalArgumentException(
                    name + ": a vector [n] is needed, but here is " + this + "; reshape(Shape.of(size)) makes it one");
        }
    }

    private Tensor made(String name, Shape resultShape, Consumer<Tensor> operation) {
        block.requireOpen(name);
        Tensor result = block.backend.zeros(resultShape, type());
        try {
            operation.accept(result);
            return result;
        } catch (RuntimeException | Error e) {
            result.close();
            throw e;
        }
    }

    private void requireFloating(String operation) {
        if (!type().isFloating()) {
            throw new IllegalArgumentException(
                    operation + ": " + this + " holds whole numbers; use write(long[]) and longs()");
        }
    }

    private void requireIntegral(String operation) {
        requireType(operation, DType.INT64);
    }

    private void requireType(String operation, DType needed) {
        if (type() != needed) {
            throw new IllegalArgumentException(operation + ": " + this + " is not " + needed
                    + "; use floats() or doubles(), and write(float[]) or write(double[])");
        }
    }

    private int arrayLength() {
        if (size() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(this + " does not fit into a Java array; read it in parts, by views");
        }
        return (int) size();
    }

    private static float[] toFloats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static double[] toDoubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** The memory that a tensor and its views share, and its life. Changed only under the backend's lock. */
    static final class Block {
        final Backend backend;
        final Memory memory;
        final DType type;
        final Shape shape;
        final long id;
        final Throwable madeAt;
        volatile String name;
        volatile boolean closed;

        Block(Backend backend, Memory memory, DType type, Shape shape, long id, Throwable madeAt) {
            this.backend = backend;
            this.memory = memory;
            this.type = type;
            this.shape = shape;
            this.id = id;
            this.madeAt = madeAt;
        }

        long bytes() {
            return shape.size() * type.bytes();
        }

        void requireOpen(String operation) {
            if (closed) {
                throw new IllegalStateException(operation + ": " + describe()
                        + " is closed; keep it open until its last use (a scope closes what was made in it)");
            }
        }

        String describe() {
            return (name == null ? "tensor #" + id : name) + " " + type + shape;
        }
    }
}
