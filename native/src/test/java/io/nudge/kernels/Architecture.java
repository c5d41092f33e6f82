package io.nudge.kernels;

import java.util.ArrayList;
import java.util.List;

/** What a multiprocessor has, by compute capability (CUDA C++ Programming Guide, technical specifications). */
enum Architecture {
    SM_60(60, 64, 64, 0, true, false),
    SM_70(70, 64, 96, 0, true, false),
    SM_75(75, 32, 64, 0, true, true),
    SM_80(80, 64, 164, 1, true, true),
    SM_86(86, 48, 100, 1, false, true),
    SM_89(89, 48, 100, 1, false, true),
    SM_90(90, 64, 228, 1, true, true),
    SM_100(100, 64, 228, 1, false, true),
    SM_120(120, 48, 100, 1, false, true);

    private static final int REGISTERS = 65_536;
    private static final int WARPS_IN_BLOCK = Device.THREADS / 32;
    /** Registers of a warp come in so many. */
    private static final int UNIT = 256;

    final int number;
    final int warps;
    private final int sharedKilobytes;
    private final int reservedKilobytes;
    final boolean inJcuda;
    final boolean inPtxas;

    Architecture(int number, int warps, int shared, int reserved, boolean inJcuda, boolean inPtxas) {
        this.number = number;
        this.warps = warps;
        this.sharedKilobytes = shared;
        this.reservedKilobytes = reserved;
        this.inJcuda = inJcuda;
        this.inPtxas = inPtxas;
    }

    /** Those for which the assembler in JCuda's natives, or else ptxas, is asked. */
    static List<Architecture> all(boolean ptxas) {
        List<Architecture> some = new ArrayList<>();
        for (Architecture each : values()) {
            if (ptxas ? each.inPtxas : each.inJcuda) {
                some.add(each);
            }
        }
        return some;
    }

    /** How many of the warps that it could hold are there at once, in percent. */
    int occupancy(Assembler.Needs needs) {
        int inWarp = (needs.registers() * 32 + UNIT - 1) / UNIT * UNIT;
        int byRegisters = REGISTERS / inWarp / WARPS_IN_BLOCK;
        int shared = needs.shared() + reservedKilobytes * 1024;
        int byShared = shared == 0 ? Integer.MAX_VALUE : sharedKilobytes * 1024 / shared;
        int blocks = Math.min(warps / WARPS_IN_BLOCK, Math.min(byRegisters, byShared));
        return 100 * blocks * WARPS_IN_BLOCK / warps;
    }
}
