package io.nudge.emulator;

import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;

import jcuda.driver.CUfunction;

/** A program whose many blocks print their numbers. */
final class PrintingBlocks {
    private static final String PTX = """
            .version 7.0
            .target sm_70
            .address_size 64
            .extern .func (.param .b32 count) vprintf(.param .b64 format, .param .b64 arguments);
            .global .align 1 .b8 line[4] = {37, 117, 10, 0};
            .visible .entry number() {
              .local .align 8 .b8 space[8];
              .reg .b32 %r<2>;
              .reg .b64 %a<4>;
              mov.u32 %r0, %ctaid.x;
              mov.u64 %a0, space;
              cvta.local.u64 %a1, %a0;
              st.local.u32 [%a0], %r0;
              mov.u64 %a2, line;
              cvta.global.u64 %a3, %a2;
              {
                .param .b64 first;
                .param .b64 second;
                .param .b32 result;
                st.param.b64 [first], %a3;
                st.param.b64 [second], %a1;
                call.uni (result), vprintf, (first, second);
                ld.param.b32 %r1, [result];
              }
              ret;
            }
            """;

    private PrintingBlocks() {}

    public static void main(String[] arguments) {
        CUfunction number = new CUfunction();
        try (Cuda cuda = new Cuda()) {
            cuModuleGetFunction(number, cuda.load(PTX), "number");
            Cuda.launch(number, Integer.parseInt(arguments[0]), 1, 0, null);
            cuCtxSynchronize();
        }
    }
}
