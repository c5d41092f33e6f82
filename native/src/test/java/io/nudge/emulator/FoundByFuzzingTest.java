package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static org.assertj.core.api.Assertions.assertThat;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import org.junit.jupiter.api.Test;

/** What fuzz/ptx.cpp has found in the PTX front end. */
@EmulatedDevice
class FoundByFuzzingTest {
    @Test
    void theLeastNumberOf64BitsCanBeWritten() {
        try (Cuda cuda = new Cuda()) {
            CUfunction function = new CUfunction();
            cuModuleGetFunction(function, cuda.load("""
                            .version 7.0
                            .target sm_70
                            .address_size 64
                            .visible .entry least(.param .u64 to) {
                              .reg .b64 %a, %v;
                              ld.param.u64 %a, [to];
                              mov.b64 %v, -9223372036854775808;
                              st.global.b64 [%a], %v;
                              ret;
                            }
                            """), "least");
            CUdeviceptr to = cuda.allocate(8);
            Cuda.launch(function, 1, 1, 0, null, to);
            cuCtxSynchronize();
            long[] result = new long[1];
            cuMemcpyDtoH(Pointer.to(result), to, 8);
            assertThat(result[0]).isEqualTo(Long.MIN_VALUE);
        }
    }
}
