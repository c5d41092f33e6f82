package io.nudge.emulator;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import jcuda.cudaDataType;

/** The types of numbers that cuBLAS stores, in Java: rounding to them, and their bytes. */
enum Numbers {
    F32(cudaDataType.CUDA_R_32F, 4, 24, -126),
    F64(cudaDataType.CUDA_R_64F, 8, 53, -1022),
    F16(cudaDataType.CUDA_R_16F, 2, 11, -14),
    BF16(cudaDataType.CUDA_R_16BF, 2, 8, -126);

    final int type;
    final int bytes;
    private final int precision;
    private final int leastExponent;

    Numbers(int type, int bytes, int precision, int leastExponent) {
        this.type = type;
        this.bytes = bytes;
        this.precision = precision;
        this.leastExponent = leastExponent;
    }

    /** The greatest relative error of a rounding. */
    double unit() {
        return Math.scalb(1.0, -precision);
    }

    /** The nearest number of the type, ties to even. */
    double round(double v) {
        return this == F64 ? v : this == F32 ? (double) (float) v : round(v, precision, leastExponent);
    }

    private static double round(double v, int precision, int leastExponent) {
        if (v == 0 || Double.isNaN(v) || Double.isInfinite(v)) {
            return v;
        }
        int unit = Math.max(Math.getExponent(v), leastExponent) - precision + 1;
        return Math.scalb(Math.rint(Math.scalb(v, -unit)), unit);
    }

    /** What a tensor core makes of a float32: TF32, to the nearest with ties away from zero. */
    static double tf32(double v) {
        return Float.intBitsToFloat((Float.floatToRawIntBits((float) v) + 0x1000) & ~0x1fff);
    }

    byte[] encode(double... values) {
        ByteBuffer to = ByteBuffer.allocate(values.length * bytes).order(ByteOrder.nativeOrder());
        for (double v : values) {
            switch (this) {
                case F32 -> to.putFloat((float) v);
                case F64 -> to.putDouble(v);
                case F16 -> to.putShort(halfBits(v));
                case BF16 -> to.putShort((short) (Float.floatToRawIntBits((float) round(v)) >>> 16));
            }
        }
        return to.array();
    }

    double[] decode(byte[] from) {
        ByteBuffer in = ByteBuffer.wrap(from).order(ByteOrder.nativeOrder());
        double[] result = new double[from.length / bytes];
        for (int i = 0; i < result.length; i++) {
            result[i] = switch (this) {
                case F32 -> in.getFloat();
                case F64 -> in.getDouble();
                case F16 -> half(in.getShort());
                case BF16 -> Float.intBitsToFloat(in.getShort() << 16);
            };
        }
        return result;
    }

    private static short halfBits(double v) {
        double rounded = F16.round(v);
        int sign = Math.copySign(1, rounded) < 0 ? 0x8000 : 0;
        double magnitude = Math.abs(rounded);
        if (magnitude >= 65536) {
            return (short) (sign | 0x7c00);
        }
        int exponent = Math.max(Math.getExponent(magnitude), -14);
        int mantissa = (int) Math.scalb(magnitude, 10 - exponent);
        return (short) (sign | (mantissa < 1024 ? mantissa : ((exponent + 15) << 10) + mantissa - 1024));
    }

    private static double half(short bits) {
        int exponent = bits >> 10 & 31;
        int mantissa = bits & 1023;
        double magnitude = exponent == 31
                ? (mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN)
                : exponent == 0 ? Math.scalb((double) mantissa, -24) : Math.scalb(1024.0 + mantissa, exponent - 25);
        return bits < 0 ? -magnitude : magnitude;
    }

    /** Random numbers of the type between -1 and 1. */
    double[] random(int n, long seed) {
        Random random = new Random(seed);
        double[] result = new double[n];
        for (int i = 0; i < n; i++) {
            result[i] = round(2 * random.nextDouble() - 1);
        }
        return result;
    }
}
