package io.nudge.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of the steps that lead to Nudge's own product. {@code -Dnudge.ladder=write} writes the page's tables anew. */
class LadderTest {
    private static final Path PAGE = Path.of("src/main/kernels/ladder/README.md");
    private static final String BEGIN = "<!-- what benchmarks/device --ladder makes -->\n";
    private static final String END = "<!-- end -->\n";
    private static final double PRODUCTS = Math.pow(Report.PRODUCT_SIDE, 3);

    private static List<Model> models() {
        Options options = Options.parse(List.of());
        return DeviceSheet.all().stream()
                .map(device -> new Model(device, DeviceFigures.assumed(device), options.precision()))
                .toList();
    }

    @Test
    void thePageHasTheTablesThatTheCommandMakes() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        assertThat(begin)
                .as("%s has the line %s and, later, %s", PAGE, BEGIN, END)
                .isBetween(BEGIN.length(), end);
        String made = LadderTables.markdown(LadderStep.all(), models());
        if (System.getProperty("nudge.ladder", "").equals("write")) {
            Files.writeString(PAGE, page.substring(0, begin) + made + page.substring(end));
        } else {
            assertThat(page.substring(begin, end))
                    .as("%s; if the change is meant, run this test with -Dnudge.ladder=write", PAGE)
                    .isEqualTo(made);
        }
    }

    @Test
    void everyStepMultipliesAsOftenAsItMustAndNoMore() {
        assertThat(LadderStep.all())
                .hasSize(7)
                .allSatisfy(step -> assertThat(step.launch().instructions(InstructionClass.FLOAT32) * 32.0)
                        .as(step.name())
                        .isEqualTo(PRODUCTS));
    }

    /** By naive threads: 32 sectors of a and one of b for 32 products, and 32 of c in the end. */
    @Test
    void accessesAreThoseThatAreWrittenDown() {
        KernelLaunch naive = LadderStep.all().get(0).launch();
        assertThat(naive.counter("sectors.read")).isEqualTo(Math.round(PRODUCTS * 33 / 32));
        assertThat(naive.counter("sectors.write")).isEqualTo((long) Report.PRODUCT_SIDE * Report.PRODUCT_SIDE);
        assertThat(naive.blocks()).isEqualTo(Report.PRODUCT_SIDE * Report.PRODUCT_SIDE / 256);
    }

    private static double share(LadderStep step, Model model) {
        return ProductLimit.of(step.launch(), Report.PRODUCT_OPERATIONS, Report.PRODUCT_BYTES, model.device())
                .share();
    }

    @Test
    void noStepIsPredictedToBeSlowerThanTheOneBeforeItOnAnyDevice() {
        for (Model model : models()) {
            List<Double> shares = new ArrayList<>();
            for (LadderStep step : LadderStep.all()) {
                shares.add(share(step, model));
            }
            assertThat(shares).as(model.device().name()).isSorted();
        }
    }

    /** 256 tiles of two blocks each. */
    @Test
    void theLastStepIsTheProductThatShips() throws IOException {
        LadderStep last = LadderStep.product();
        assertThat(last.name()).isEqualTo("product");
        assertThat(last.launch().blocks()).isEqualTo(512);
        Budget budget = Budget.read();
        assertThat(last.launch().sharedBytes()).isEqualTo(budget.shared("product_large_nn_f32"));
        assertThat(last.registers())
                .allSatisfy((capability, registers) -> assertThat(registers)
                        .as(capability)
                        .isEqualTo(budget.registers("product_large_nn_f32", capability)));
    }

    /** What issuing instructions and dealing out blocks allow; waiting for memory may keep it from that. */
    @Test
    void theProductThatShipsMayReach85PerCentOnEveryDevice() {
        assertThat(models())
                .allSatisfy(model -> assertThat(share(LadderStep.product(), model))
                        .as(model.device().name())
                        .isGreaterThan(0.85));
    }

    @Test
    void whatIsWidenedHasMoreBlocksThatDoTheSame() {
        KernelLaunch first = LadderStep.all().get(2).launch();
        KernelLaunch wide = first.widened(4);
        assertThat(wide.blocks()).isEqualTo(4 * first.blocks());
        assertThat(wide.instructions()).isEqualTo(4 * first.instructions());
        assertThat(wide.sharedBytes()).isEqualTo(first.sharedBytes()).isPositive();
    }
}
