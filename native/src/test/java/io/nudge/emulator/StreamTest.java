package io.nudge.emulator;

import static io.nudge.emulator.Calls.ONES;
import static io.nudge.emulator.Calls.event;
import static io.nudge.emulator.Calls.fails;
import static io.nudge.emulator.Calls.saxpy;
import static io.nudge.emulator.Calls.stream;
import static jcuda.driver.JCudaDriver.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamAttrID;
import jcuda.driver.CUstreamAttrValue;
import jcuda.driver.CUstream_flags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams and events order work, and nothing else does. */
@EmulatedDevice
class StreamTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void streamsAndEventsOrderWork(long seed) {
        Emulator.set("seed", Long.toString(seed));
        try (Cuda cuda = new Cuda()) {
            CUstream a = stream(0);
            CUstream b = stream(1);
            CUevent event = event();
            CUevent end = event();
            CUdeviceptr x = cuda.floats(ONES);
            CUdeviceptr y = cuda.floats(ONES);
            for (int i = 0; i < 5; i++) {
                saxpy(cuda, a, 2, x, y);
                cuEventRecord(event, a);
                cuStreamWaitEvent(b, event, 0);
                saxpy(cuda, b, 1, y, x);
                cuEventRecord(end, b);
                cuStreamWaitEvent(a, end, 0);
            }
            cuEventSynchronize(end);
            float[] time = new float[1];
            cuEventElapsedTime(time, event, end);
            assertThat(time[0]).isNotNegative();
            float expectedX = 1;
            float expectedY = 1;
            for (int i = 0; i < 5; i++) {
                expectedY += 2 * expectedX;
                expectedX += expectedY;
            }
            assertThat(cuda.floats(x, 4)).containsOnly(expectedX);
            cuEventDestroy(event);
            cuEventDestroy(end);
            cuStreamDestroy(a);
            cuStreamDestroy(b);
        }
    }

    @Test
    void workIsLateAndAPollBringsItOn() {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(1);
            CUdeviceptr x = cuda.floats(ONES);
            saxpy(cuda, s, 1, x, x);
            setExceptionsEnabled(false);
            int first = cuStreamQuery(s);
            int polls = 0;
            while (cuStreamQuery(s) == CUresult.CUDA_ERROR_NOT_READY) {
                polls++;
                assertThat(polls).isLessThan(10_000);
            }
            setExceptionsEnabled(true);
            assertThat(first).isIn(CUresult.CUDA_ERROR_NOT_READY, CUresult.CUDA_SUCCESS);
            assertThat(Emulator.counter("launches")).isEqualTo(1);
            cuStreamDestroy(s);
        }
    }

    @Test
    void hostFunctionsRunInOrderAndWithoutBeingWaitedFor() throws InterruptedException {
        try (Cuda cuda = new Cuda()) {
            CUstream s = stream(0);
            CUdeviceptr x = cuda.floats(ONES);
            CountDownLatch latch = new CountDownLatch(1);
            saxpy(cuda, s, 1, x, x);
            cuLaunchHostFunc(s, data -> latch.countDown(), null);
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(Emulator.counter("launches")).isEqualTo(1);
            cuStreamSynchronize(s);
            cuStreamDestroy(s);
        }
    }

    @Test
    void prioritiesAndFlagsAreToldBack() {
        try (Cuda cuda = new Cuda()) {
            int[] least = new int[1];
            int[] greatest = new int[1];
            cuCtxGetStreamPriorityRange(least, greatest);
            assertThat(least[0]).isZero();
            assertThat(greatest[0]).isNegative();
            CUstream s = new CUstream();
            cuStreamCreateWithPriority(s, CUstream_flags.CU_STREAM_NON_BLOCKING, -100);
            int[] value = new int[1];
            cuStreamGetPriority(s, value);
            assertThat(value[0]).isEqualTo(greatest[0]);
            cuStreamGetFlags(s, value);
            assertThat(value[0]).isEqualTo(CUstream_flags.CU_STREAM_NON_BLOCKING);
            CUcontext context = new CUcontext();
            cuStreamGetCtx(s, context);
            assertThat(context).isEqualTo(cuda.context);
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> stream(2));
            cuStreamDestroy(s);
        }
    }

    @Test
    void attributesAreKeptAndCopied() {
        try (Cuda cuda = new Cuda()) {
            CUstream a = stream(0);
            CUstream b = stream(0);
            CUstreamAttrValue value = new CUstreamAttrValue();
            value.syncPolicy = 4;
            cuStreamSetAttribute(a, CUstreamAttrID.CU_STREAM_ATTRIBUTE_SYNCHRONIZATION_POLICY, value);
            cuStreamCopyAttributes(b, a);
            value.syncPolicy = 0;
            cuStreamGetAttribute(b, CUstreamAttrID.CU_STREAM_ATTRIBUTE_SYNCHRONIZATION_POLICY, value);
            assertThat(value.syncPolicy).isEqualTo(4);
            cuStreamDestroy(a);
            cuStreamDestroy(b);
            assertThat(cuda.context).isNotNull();
        }
    }

    /** At every seed: what is on the legacy stream comes after the work of blocking streams. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theLegacyStreamWaitsForBlockingStreamsAndTheyForIt(long seed) {
        Emulator.set("seed", Long.toString(seed));
        try (Cuda cuda = new Cuda()) {
            CUstream a = stream(0);
            CUstream b = stream(0);
            CUdeviceptr x = cuda.floats(ONES);
            saxpy(cuda, a, 1, x, x);
            saxpy(cuda, null, 1, x, x);
            saxpy(cuda, b, 1, x, x);
            cuStreamSynchronize(b);
            cuStreamDestroy(a);
            cuStreamDestroy(b);
            assertThat(cuda.floats(x, 4)).containsOnly(8);
        }
    }

    @Test
    void theStreamOfAThreadIsItsOwn() throws InterruptedException {
        try (Cuda cuda = new Cuda()) {
            long[] mine = new long[1];
            long[] other = new long[1];
            cuStreamGetId(CU_STREAM_PER_THREAD, mine);
            Thread thread = new Thread(() -> {
                cuCtxSetCurrent(cuda.context);
                cuStreamGetId(CU_STREAM_PER_THREAD, other);
            });
            thread.start();
            thread.join();
            assertThat(mine[0]).isNotEqualTo(other[0]);
        }
    }

    @Test
    void workOfADestroyedStreamIsDone() {
        try (Cuda cuda = new Cuda()) {
            CUdeviceptr x = cuda.floats(ONES);
            CUstream s = stream(CUstream_flags.CU_STREAM_NON_BLOCKING);
            saxpy(cuda, s, 1, x, x);
            cuStreamDestroy(s);
            cuCtxSynchronize();
            assertThat(Emulator.counter("launches")).isEqualTo(1);
        }
    }

    @Test
    void eventsMeasureOnlyWhatTheyRecorded() {
        try (Cuda cuda = new Cuda()) {
            CUevent start = event();
            CUevent end = event();
            CUevent untimed = new CUevent();
            cuEventCreate(untimed, CUevent_flags.CU_EVENT_DISABLE_TIMING);
            float[] time = new float[1];
            cuEventQuery(start);
            cuEventSynchronize(start);
            fails(CUresult.CUDA_ERROR_INVALID_HANDLE, () -> cuEventElapsedTime(time, start, end));
            cuEventRecord(start, null);
            cuEventRecord(end, null);
            cuEventRecord(untimed, null);
            cuCtxSynchronize();
            cuEventElapsedTime(time, start, end);
            assertThat(time[0]).isNotNegative();
            fails(CUresult.CUDA_ERROR_INVALID_HANDLE, () -> cuEventElapsedTime(time, start, untimed));
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuEventRecordWithFlags(start, null, 1));
            fails(CUresult.CUDA_ERROR_NOT_SUPPORTED, () -> cuEventCreate(new CUevent(), 6));
            fails(CUresult.CUDA_ERROR_INVALID_VALUE, () -> cuEventCreate(new CUevent(), 4));
            cuEventDestroy(start);
            cuEventDestroy(end);
            cuEventDestroy(untimed);
            assertThat(cuda.context).isNotNull();
        }
    }
}
