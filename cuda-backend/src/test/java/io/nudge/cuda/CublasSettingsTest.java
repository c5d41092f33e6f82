package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.nudge.emulator.EmulatedDevice;
import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;
import java.util.Arrays;
import java.util.function.ToIntFunction;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasAtomicsMode;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasStatus;
import org.junit.jupiter.api.Test;

/** What cuBLAS is told when it is opened, without which two runs need not give the same bits. */
@EmulatedDevice
class CublasSettingsTest {
    /** As many bytes of its workspace as the emulated cuBLAS writes over in every product. */
    private static final int WORKED_IN = 256;

    private static int status(CudaBackend backend, ToIntFunction<CublasProducts> call) {
        Engine engine = backend.engine();
        engine.enter();
        try {
            return call.applyAsInt((CublasProducts) engine.products);
        } finally {
            engine.leave();
        }
    }

    @Test
    void productsWorkInTheWorkspaceOfTheBackend() {
        try (CudaBackend backend = CudaBackend.open(0);
                Tensor x = backend.zeros(Shape.of(3, 3), DType.FLOAT32);
                Tensor c = backend.zeros(Shape.of(3, 3), DType.FLOAT32)) {
            Engine engine = backend.engine();
            Block workspace = ((CublasProducts) engine.products).workspace;
            engine.enter();
            engine.clear(workspace, WORKED_IN);
            engine.leave();
            backend.operations().product(1, x, Transpose.NO, x, Transpose.NO, 0, c);
            backend.synchronize();
            byte[] found = new byte[WORKED_IN];
            engine.enter();
            JCudaDriver.cuMemcpyDtoH(Pointer.to(found), workspace.pointer, WORKED_IN);
            engine.leave();
            byte[] written = new byte[WORKED_IN];
            Arrays.fill(written, (byte) 0xff);
            assertThat(found).containsExactly(written);
        }
    }

    @Test
    void productsAddNothingByAtomics() {
        try (CudaBackend backend = CudaBackend.open(0)) {
            int[] mode = {-1};
            assertThat(status(backend, products -> JCublas2.cublasGetAtomicsMode(products.handle, mode)))
                    .isEqualTo(cublasStatus.CUBLAS_STATUS_SUCCESS);
            assertThat(mode[0]).isEqualTo(cublasAtomicsMode.CUBLAS_ATOMICS_NOT_ALLOWED);
        }
    }

    @Test
    void float32ProductsAreInFloat32() {
        try (CudaBackend backend = CudaBackend.open(0)) {
            int[] mode = {-1};
            assertThat(status(backend, products -> JCublas2.cublasGetMathMode(products.handle, mode)))
                    .isEqualTo(cublasStatus.CUBLAS_STATUS_SUCCESS);
            assertThat(mode[0]).isEqualTo(cublasMath.CUBLAS_DEFAULT_MATH);
        }
    }
}
