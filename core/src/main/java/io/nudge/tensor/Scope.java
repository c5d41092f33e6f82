package io.nudge.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * Closes the tensors that were made in it, in the reverse order. Scopes nest; a tensor belongs to the innermost scope of
 * the thread that makes it. A scope is closed by the thread that opened it, the innermost first.
 *
 * <pre>{@code
 * try (Scope scope = Scope.open()) {
 *     Tensor product = a.matmul(b).sigmoid(); // the intermediate product is closed with the scope
 *     System.out.println(Arrays.toString(product.floats()));
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<Deque<Scope>> OPEN = ThreadLocal.withInitial(ArrayDeque::new);

    private final List<Tensor> tensors = new ArrayList<>();

    private Scope() {}

    /**
     * Opens a scope on this thread.
     *
     * @return the scope
     */
    public static Scope open() {
        Scope scope = new Scope();
        OPEN.get().push(scope);
        return scope;
    }

    /**
     * Takes a tensor out of this scope: from now on it belongs to the enclosing scope, or, where there is none, to the
     * caller.
     *
     * @param tensor a tensor made in this scope
     * @return the tensor
     * @throws IllegalArgumentException if it does not belong to this scope
     * @throws IllegalStateException if this scope is closed, or another thread's
     */
    public Tensor keep(Tensor tensor) {
        if (!OPEN.get().contains(this)) {
            throw new IllegalStateException("keep: this scope is closed already, or was opened by another thread; keep "
                    + tensor + " before its scope ends, on the thread that opened it");
        }
        if (!tensors.remove(tensor)) {
            throw new IllegalArgumentException(
                    tensor + " was not made in this scope; only its own tensors can be kept");
        }
        boolean below = false;
        for (Scope scope : OPEN.get()) {
            if (below) {
                scope.tensors.add(tensor);
                break;
            }
            below = scope == this;
        }
        return tensor;
    }

    /** Closes the scope's tensors. */
    @Override
    public void close() {
        Deque<Scope> open = OPEN.get();
        if (open.peek() != this) {
            throw new IllegalStateException(
                    open.contains(this)
                            ? "a scope must be closed after those opened inside it; use try-with-resources"
                            : "this scope is closed already, or was opened by another thread");
        }
        open.pop();
        RuntimeException failure = null;
        for (int i = tensors.size() - 1; i >= 0; i--) {
            try {
                tensors.get(i).close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        tensors.clear();
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Makes a tensor that belongs to no scope, for an object that owns tensors and is closed itself.
     *
     * @param make makes the tensor
     * @return the tensor
     */
    public static Tensor unscoped(Supplier<Tensor> make) {
        Deque<Scope> open = OPEN.get();
        OPEN.set(new ArrayDeque<>());
        try {
            return make.get();
        } finally {
            OPEN.set(open);
        }
    }

    static void adopt(Tensor tensor) {
        Scope scope = OPEN.get().peek();
        if (scope != null) {
            scope.tensors.add(tensor);
        }
    }
}
