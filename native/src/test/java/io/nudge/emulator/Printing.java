package io.nudge.emulator;

import jcuda.driver.JCudaDriver;

/** A program whose kernel prints: {@code Printing KERNEL THREADS}. */
final class Printing {
    private Printing() {}

    public static void main(String[] arguments) {
        Cuda cuda = new Cuda();
        int threads = Integer.parseInt(arguments[1]);
        Cuda.launch(cuda.function("programs/printing", arguments[0]), 1, threads, 0, null, 2);
        System.out.println("launched");
        System.out.flush();
        try {
            JCudaDriver.cuCtxSynchronize();
        } catch (jcuda.CudaException e) {
            System.out.println(e.getMessage());
        }
        System.out.println("synchronised");
        System.out.flush();
    }
}
