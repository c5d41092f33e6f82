package io.nudge.tensor;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * A backend with some of its operations replaced, to see that what is wrong is found. It computes with the memory and all
 * other operations of the backend that it was made from, which it closes. Layers go one by one, so that those are used.
 */
public final class AlteredBackend extends Backend {
    private final Backend inner;
    private final Alteration alteration;

    /** Takes the place of an operation. */
    public interface Alteration {
        /**
         * Carries out an operation, or leaves it as it is.
         *
         * @param right the backend's own operations
         * @param name the name of the operation
         * @param arguments what it is called with, already checked
         * @return whether it was carried out here
         */
        boolean apply(Operations right, String name, Object[] arguments);
    }

    /**
     * Wraps a backend.
     *
     * @param inner a backend that nobody else uses
     * @param alteration what is different
     */
    public AlteredBackend(Backend inner, Alteration alteration) {
        super(inner.device());
        this.inner = inner;
        this.alteration = alteration;
    }

    @Override
    protected void enter() {
        inner.enter();
    }

    @Override
    protected void leave() {
        inner.leave();
    }

    @Override
    protected Memory allocate(DType type, long elements) {
        return inner.allocate(type, elements);
    }

    @Override
    protected Operations rawOperations() {
        Operations right = inner.rawOperations();
        return (Operations) Proxy.newProxyInstance(
                Operations.class.getClassLoader(),
                new Class<?>[] {Operations.class},
                (proxy, method, arguments) -> carryOut(right, method, arguments));
    }

    private Object carryOut(Operations right, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("joinsLayers")) {
            return false;
        }
        try {
            return alteration.apply(right, method.getName(), arguments) ? null : method.invoke(right, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @Override
    protected Recorder startRecording() {
        return inner.startRecording();
    }

    @Override
    protected void await() {
        inner.await();
    }

    @Override
    protected void release() {
        inner.close();
    }
}
