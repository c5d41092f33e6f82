package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.*;
import static jcuda.jcublas.JCublas2.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import jcuda.Pointer;
import jcuda.Sizeof;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasPointerMode;
import jcuda.runtime.cudaStream_t;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs of the kind of JCublas2's samples, written as for hardware. */
@EmulatedDevice
class CublasSamplesTest {
    private static final Pointer ONE = Pointer.to(new float[] {1});

    private CUcontext context;
    private cublasHandle handle;

    @BeforeEach
    void initialize() {
        JCudaDriver.setExceptionsEnabled(true);
        JCublas2.setExceptionsEnabled(true);
        cuInit(0);
        CUdevice device = new CUdevice();
        cuDeviceGet(device, 0);
        context = new CUcontext();
        cuCtxCreate(context, 0, device);
        handle = new cublasHandle();
        cublasCreate(handle);
    }

    @AfterEach
    void shutdown() {
        cublasDestroy(handle);
        cuCtxDestroy(context);
    }

    private static float[] random(int n, long seed) {
        Random random = new Random(seed);
        float[] result = new float[n];
        for (int i = 0; i < n; i++) {
            result[i] = random.nextFloat();
        }
        return result;
    }

    private static CUdeviceptr vector(float... values) {
        CUdeviceptr result = new CUdeviceptr();
        cuMemAlloc(result, (long) values.length * Sizeof.FLOAT);
        cublasSetVector(values.length, Sizeof.FLOAT, Pointer.to(values), 1, result, 1);
        return result;
    }

    private static float[] values(CUdeviceptr vector, int n) {
        float[] result = new float[n];
        cublasGetVector(n, Sizeof.FLOAT, vector, 1, Pointer.to(result), 1);
        return result;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 17, 64})
    void matricesAreMultiplied(int n) {
        float[] a = random(n * n, 1);
        float[] b = random(n * n, 2);
        float[] c = random(n * n, 3);
        float alpha = 0.3f;
        float beta = 0.7f;
        CUdeviceptr deviceA = vector(a);
        CUdeviceptr deviceB = vector(b);
        CUdeviceptr deviceC = vector(c);
        cublasSgemm(
                handle,
                cublasOperation.CUBLAS_OP_N,
                cublasOperation.CUBLAS_OP_N,
                n,
                n,
                n,
                Pointer.to(new float[] {alpha}),
                deviceA,
                n,
                deviceB,
                n,
                Pointer.to(new float[] {beta}),
                deviceC,
                n);
        double[] exact = new double[n * n];
        double[] bounds = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                int at = i + n * j;
                exact[at] = (double) beta * c[at];
                for (int k = 0; k < n; k++) {
                    exact[at] += (double) alpha * a[i + n * k] * b[k + n * j];
                }
                bounds[at] = (n + 4) * Programs.UNIT * exact[at]; // no term is negative
            }
        }
        Programs.assertClose(values(deviceC, n * n), exact, bounds);
        cuMemFree(deviceA);
        cuMemFree(deviceB);
        cuMemFree(deviceC);
    }

    @Test
    void aProductWaitsForItsStream() {
        int n = 8;
        CUstream stream = new CUstream();
        cuStreamCreate(stream, 1);
        cublasSetStream(handle, new cudaStream_t(stream));
        CUdeviceptr a = vector(new float[n * n]);
        CUdeviceptr b = vector(new float[n * n]);
        CUdeviceptr c = vector(new float[n * n]);
        cuMemsetD32Async(a, Float.floatToIntBits(2), (long) n * n, stream);
        cuMemsetD32Async(b, Float.floatToIntBits(3), (long) n * n, stream);
        int no = cublasOperation.CUBLAS_OP_N;
        cublasSgemm(handle, no, no, n, n, n, ONE, a, n, b, n, Pointer.to(new float[] {0}), c, n);
        cuStreamSynchronize(stream);
        assertThat(values(c, n * n)).containsOnly(6 * n);
        cuMemFree(a);
        cuMemFree(b);
        cuMemFree(c);
        cuStreamDestroy(stream);
    }

    @Test
    void scalarsLieOnTheDevice() {
        int n = 100;
        float[] x = random(n, 1);
        float[] y = random(n, 2);
        CUdeviceptr deviceX = vector(x);
        CUdeviceptr deviceY = vector(y);
        CUdeviceptr alpha = vector(2);
        CUdeviceptr result = vector(0);
        cublasSetPointerMode(handle, cublasPointerMode.CUBLAS_POINTER_MODE_DEVICE);
        cublasSaxpy(handle, n, alpha, deviceX, 1, deviceY, 1);
        cublasSdot(handle, n, deviceX, 1, deviceY, 1, result);
        double dot = 0;
        float[] sum = values(deviceY, n);
        for (int i = 0; i < n; i++) {
            assertThat(sum[i]).isEqualTo(Math.fma(2, x[i], y[i]));
            dot += (double) x[i] * sum[i];
        }
        Programs.assertClose(values(result, 1), new double[] {dot}, new double[] {(n + 1) * Programs.UNIT * dot});
        // The dot product is the next factor, without a way through the host.
        cublasSscal(handle, n, result, deviceX, 1);
        float factor = values(result, 1)[0];
        float[] scaled = values(deviceX, n);
        for (int i = 0; i < n; i++) {
            assertThat(scaled[i]).isEqualTo(factor * x[i]);
        }
        cuMemFree(deviceX);
        cuMemFree(deviceY);
        cuMemFree(alpha);
        cuMemFree(result);
    }

    @Test
    void resultsComeToTheHost() {
        CUdeviceptr x = vector(3, 4);
        float[] norm = new float[1];
        cublasSnrm2(handle, 2, x, 1, Pointer.to(norm));
        assertThat(norm[0]).isEqualTo(5);
        cuMemFree(x);
    }
}
