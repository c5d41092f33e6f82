package io.nudge.cuda;

import io.nudge.tensor.DType;
import io.nudge.tensor.Tensor;
import io.nudge.tensor.Transpose;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasAtomicsMode;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasPointerMode;
import jcuda.runtime.cudaStream_t;

/**
 * Products by cuBLAS. Its matrices are column-major, so that a row-major matrix is its transpose to it, and cᵀ = op(b)ᵀ
 * op(a)ᵀ is computed: the same with the factors exchanged.
 *
 * <p>The workspace is set explicitly, as capture and bits that are the same in every run need it (cuBLAS library,
 * 2.1.4 and 2.4.8).
 */
final class CublasProducts implements Products {
    /** What the manual recommends for the newest devices (cuBLAS library, cublasSetWorkspace). */
    private static final long WORKSPACE = 32 << 20;

    /** The same for those before Hopper. */
    private static final long SMALL_WORKSPACE = 4 << 20;

    private static final int HOPPER = 9;
    private static final int UNKNOWN = -1;

    private final Calls calls;
    private final Uses uses;
    /** Not private, for tests, as is the workspace. */
    final cublasHandle handle = new cublasHandle();

    final Block workspace;
    private final Factors halves;
    private final Precision precision;
    private final int computeType;
    private final int factorType;
    private final ByteBuffer factors =
            ByteBuffer.allocateDirect(2 * Double.BYTES).order(ByteOrder.nativeOrder());
    private final Pointer alphaAt = Pointer.to(factors);
    private final Pointer betaAt = alphaAt.withByteOffset(Double.BYTES);
    private int pointerMode = UNKNOWN;

    CublasProducts(
            Calls calls,
            CUstream stream,
            Uses uses,
            Allocator allocator,
            int capability,
            Factors halves,
            Closing closing) {
        this.calls = calls;
        this.uses = uses;
        this.halves = halves;
        this.precision = halves.precision();
        factorType = factorType(precision);
        computeType = precision == Precision.TF32
                ? cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32
                : cublasComputeType.CUBLAS_COMPUTE_32F;
        calls.cublas(JCublas2.cublasCreate(handle), "cublasCreate");
        closing.add(() -> {
            int status = JCublas2.cublasDestroy(handle);
            if (!calls.faulted()) {
                calls.cublas(status, "cublasDestroy");
            }
        });
        // Setting the stream takes the workspace away, so it comes first.
        calls.cublas(JCublas2.cublasSetStream(handle, new cudaStream_t(stream)), "cublasSetStream");
        long bytes = capability >= HOPPER ? WORKSPACE : SMALL_WORKSPACE;
        workspace = allocator.take(bytes);
        closing.add(() -> allocator.give(workspace));
        calls.cublas(JCublas2.cublasSetWorkspace(handle, workspace.pointer, bytes), "cublasSetWorkspace");
        pointerMode(cublasPointerMode.CUBLAS_POINTER_MODE_HOST);
        calls.cublas(
                JCublas2.cublasSetAtomicsMode(handle, cublasAtomicsMode.CUBLAS_ATOMICS_NOT_ALLOWED),
                "cublasSetAtomicsMode");
        calls.cublas(JCublas2.cublasSetMathMode(handle, cublasMath.CUBLAS_DEFAULT_MATH), "cublasSetMathMode");
    }

    @Override
    public String describe() {
        int[] version = new int[1];
        calls.cublas(JCublas2.cublasGetVersion(handle, version), "cublasGetVersion");
        return "cuBLAS " + version[0] / 10000 + "." + version[0] / 100 % 100 + ", float32 products " + precision;
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public void multiply(double alpha, Tensor a, Transpose ta, Tensor b, Transpose tb, double beta, Tensor c) {
        if (c.type() == DType.FLOAT64) {
            factors.putDouble(0, alpha).putDouble(Double.BYTES, beta);
        } else {
            factors.putFloat(0, (float) alpha).putFloat(Double.BYTES, (float) beta);
        }
        pointerMode(cublasPointerMode.CUBLAS_POINTER_MODE_HOST);
        multiply(alphaAt, betaAt, a, ta, b, tb, c);
    }

    /**
     * Whether NaN in a and b stays out where alpha is 0 is up to the library: {@link ZeroFactor}.
     */
    @Override
    public void multiply(Tensor scalars, Tensor a, Transpose ta, Tensor b, Transpose tb, Tensor c) {
        pointerMode(cublasPointerMode.CUBLAS_POINTER_MODE_DEVICE);
        CudaMemory memory = uses.of(scalars);
        multiply(memory.pointer(scalars.offset()), memory.pointer(scalars.offset() + 1), a, ta, b, tb, c);
    }

    /** Where factors lie from now on; if that fails, the next product asks again. */
    private void pointerMode(int wanted) {
        if (pointerMode != wanted) {
            pointerMode = UNKNOWN;
            calls.cublas(JCublas2.cublasSetPointerMode(handle, wanted), "cublasSetPointerMode");
            pointerMode = wanted;
        }
    }

    private void multiply(Pointer alpha, Pointer beta, Tensor a, Transpose ta, Tensor b, Transpose tb, Tensor c) {
        int m = length(c.shape().rows());
        int n = length(c.shape().columns());
        int k = length(ta == Transpose.YES ? a.shape().rows() : a.shape().columns());
        if (c.type() == DType.FLOAT64) {
            calls.launched("cublasDgemm");
            calls.cublas(
                    JCublas2.cublasDgemm(
                            handle,
                            operation(tb),
                            operation(ta),
                            n,
                            m,
                            k,
                            alpha,
                            pointer(b),
                            columns(b),
                            pointer(a),
                            columns(a),
                            beta,
                            pointer(c),
                            n),
                    "cublasDgemm");
        } else {
            calls.launched("cublasGemmEx");
            calls.cublas(
                    JCublas2.cublasGemmEx_new(
                            handle,
                            operation(tb),
                            operation(ta),
                            n,
                            m,
                            k,
                            alpha,
                            factor(b),
                            factorType,
                            columns(b),
                            factor(a),
                            factorType,
                            columns(a),
                            beta,
                            pointer(c),
                            cudaDataType.CUDA_R_32F,
                            n,
                            computeType,
                            cublasGemmAlgo.CUBLAS_GEMM_DEFAULT),
                    "cublasGemmEx");
        }
    }

    private static int operation(Transpose transpose) {
        return transpose == Transpose.YES ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
    }

    private static int factorType(Precision precision) {
        return switch (precision) {
            case STRICT, TF32 -> cudaDataType.CUDA_R_32F;
            case BFLOAT16 -> cudaDataType.CUDA_R_16BF;
            case FLOAT16 -> cudaDataType.CUDA_R_16F;
        };
    }

    /** Of float32, or as products take it. */
    private CUdeviceptr factor(Tensor x) {
        return precision.isHalf() ? halves.of(x) : pointer(x);
    }

    private CUdeviceptr pointer(Tensor x) {
        return uses.of(x).pointer(x.offset());
    }

    private static int columns(Tensor x) {
        return length(x.shape().columns());
    }

    private static int length(long dimension) {
        if (dimension > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "product: a side of " + dimension + " is longer than cuBLAS takes, which is " + Integer.MAX_VALUE
                            + "; multiply in parts, by views of rows");
        }
        return (int) dimension;
    }
}
