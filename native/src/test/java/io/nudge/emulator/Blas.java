package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static org.assertj.core.api.Assertions.assertThat;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasPointerMode;

/** A context with a handle of cuBLAS, whose calls return their status. */
final class Blas implements AutoCloseable {
    final Cuda cuda = new Cuda();
    final cublasHandle handle = new cublasHandle();

    Blas() {
        JCublas2.setExceptionsEnabled(false);
        assertThat(JCublas2.cublasCreate(handle)).isZero();
    }

    /** Numbers in device memory. */
    CUdeviceptr put(Numbers type, double... values) {
        return cuda.bytes(type.encode(values));
    }

    byte[] bytes(CUdeviceptr p, int n) {
        byte[] result = new byte[n];
        cuMemcpyDtoH(Pointer.to(result), p, n);
        return result;
    }

    double[] get(Numbers type, CUdeviceptr p, int n) {
        return type.decode(bytes(p, n * type.bytes));
    }

    /** A factor, on the host. */
    static Pointer host(Numbers type, double value) {
        return Pointer.to(type.encode(value));
    }

    void pointersOnDevice() {
        JCublas2.cublasSetPointerMode(handle, cublasPointerMode.CUBLAS_POINTER_MODE_DEVICE);
    }

    /** The addresses of matrices, in device memory. */
    CUdeviceptr addresses(CUdeviceptr... matrices) {
        CUdeviceptr p = cuda.allocate(8L * matrices.length);
        for (int i = 0; i < matrices.length; i++) {
            jcuda.driver.JCudaDriver.cuMemcpyHtoD(p.withByteOffset(8L * i), Pointer.to(matrices[i]), 8);
        }
        return p;
    }

    @Override
    public void close() {
        JCublas2.cublasDestroy(handle);
        cuda.close();
    }
}
