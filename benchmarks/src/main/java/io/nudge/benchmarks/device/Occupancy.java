package io.nudge.benchmarks.device;

/**
 * How many blocks of a kernel a multiprocessor holds at once, by the rules of NVIDIA's occupancy calculator.
 *
 * @param blocks that fit
 * @param warps of these blocks
 * @param percent of the warps that the multiprocessor could hold
 * @param limit what keeps a further block out: warps, blocks, registers or shared memory
 */
record Occupancy(int blocks, int warps, int percent, String limit) {
    /**
     * Finds it.
     *
     * @param on what the multiprocessor has
     * @param registers of a thread
     * @param sharedBytes of a block
     * @param threads of a block
     * @return the occupancy; no blocks where one alone does not fit
     */
    static Occupancy of(Architecture on, int registers, int sharedBytes, int threads) {
        int warps = upwards(threads, Architecture.WARP);
        int blocks = on.warps() / warps;
        String limit = "warps";
        if (on.blocks() < blocks) {
            blocks = on.blocks();
            limit = "blocks";
        }
        int inWarp = Math.max(1, upwards(registers * Architecture.WARP, on.registerUnit())) * on.registerUnit();
        int byRegisters = on.registers() / inWarp / on.warpUnit() * on.warpUnit() / warps;
        if (byRegisters < blocks) {
            blocks = byRegisters;
            limit = "registers";
        }
        int shared = sharedBytes + on.sharedReserved();
        if (shared > 0 && on.sharedBytes() / shared < blocks) {
            blocks = on.sharedBytes() / shared;
            limit = "shared memory";
        }
        return new Occupancy(blocks, blocks * warps, 100 * blocks * warps / on.warps(), limit);
    }

    private static int upwards(int work, int part) {
        return (work + part - 1) / part;
    }
}
