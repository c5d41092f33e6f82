/** The backend on NVIDIA GPUs: {@link io.nudge.cuda.CudaBackend}, over JCuda's driver API and cuBLAS. */
package io.nudge.cuda;
