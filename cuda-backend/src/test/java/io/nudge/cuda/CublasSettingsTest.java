package io.nudge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.data.Dataset;
import io.nudge.emulator.EmulatedDevice;
import io.nudge.math.Activation;
import io.nudge.math.Cost;
import io.nudge.math.Initializer;
import io.nudge.math.Optimizer;
import io.nudge.nn.Architecture;
import io.nudge.nn.Dense;
import io.nudge.nn.Network;
import io.nudge.tensor.DType;
import io.nudge.tensor.Shape;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;
import io.nudge.train.DivergedException;
import io.nudge.train.Trainer;
import java.util.Arrays;
import java.util.List;
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

    // ---- a factor of 0 ----------------------------------------------------------------------------------------------

    /** The cost of 10³⁰ is not finite in float32, nor is the gradient. */
    private static void assertAFaultLeavesTheParameters(boolean byProducts) {
        Architecture architecture = new Architecture(1, List.of(new Dense(1, Activation.IDENTITY)), Cost.QUADRATIC);
        Initializer given = Initializer.given(new double[][] {{1}}, new double[] {2});
        Dataset far = Dataset.of(new double[][] {{1e30}}, new double[][] {{0}});
        try (CudaBackend backend = CudaBackend.open(0);
                Network network = Network.create(architecture, given, 1, backend, DType.FLOAT32)) {
            assertThat(backend.operations().stepsWeights()).isEqualTo(byProducts);
            Trainer trainer = Trainer.builder()
                    .optimizer(Optimizer.sgd(0.1))
                    .batch(1)
                    .epochs(1)
                    .build();
            assertThatThrownBy(() -> trainer.train(network, far)).isInstanceOf(DivergedException.class);
            assertThat(network.parameters().doubles()).containsExactly(1, 2);
        }
    }

    @Test
    void weightsMoveByProductsWhereAFactorOfZeroKeepsNanOut() {
        assertAFaultLeavesTheParameters(true);
    }

    /** The manual does not say that it does. */
    @Test
    @EmulatedDevice(settings = "cublas.zero=false")
    void whereItDoesNotTheyMoveByGradients() {
        assertAFaultLeavesTheParameters(false);
    }
}
