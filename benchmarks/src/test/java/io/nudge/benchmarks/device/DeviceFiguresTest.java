package io.nudge.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nudge.benchmarks.device.DeviceFigures.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is assumed of devices, and how measurements take its place. */
class DeviceFiguresTest {
    private static final DeviceSheet H100 = DeviceSheet.all().get(0);
    private static final DeviceSheet A100 = DeviceSheet.all().get(2);

    @TempDir
    private Path folder;

    private Path file(String... lines) throws IOException {
        return Files.write(folder.resolve("measured.csv"), List.of(lines));
    }

    @ParameterizedTest
    @EnumSource
    void everythingIsAssumedOfEveryDevice(Figure figure) {
        for (DeviceSheet device : DeviceSheet.all()) {
            assertThat(DeviceFigures.assumed(device).of(figure)).isPositive();
        }
    }

    @Test
    void whatWasMeasuredTakesThePlaceOfWhatIsAssumedOfThatDevice() throws IOException {
        List<Csv.Row> measured = DeviceFigures.corrections(
                file("device,figure,value,source", "H100 SXM,kernel us,0.9,report of May", "*,graph us,3,reports"));
        DeviceFigures corrected = DeviceFigures.assumed(H100).corrected(H100, measured);
        DeviceFigures other = DeviceFigures.assumed(A100).corrected(A100, measured);
        assertThat(corrected.of(Figure.KERNEL_US)).isEqualTo(0.9);
        assertThat(other.of(Figure.KERNEL_US))
                .isEqualTo(DeviceFigures.assumed(A100).of(Figure.KERNEL_US));
        assertThat(List.of(corrected, other))
                .allSatisfy(each -> assertThat(each.of(Figure.GRAPH_US)).isEqualTo(3));
        assertThat(corrected.of(Figure.PRODUCT_SHARE))
                .isEqualTo(DeviceFigures.assumed(H100).of(Figure.PRODUCT_SHARE));
    }

    @Test
    void theLastLineCounts() throws IOException {
        List<Csv.Row> measured = DeviceFigures.corrections(
                file("device,figure,value,source", "H100 SXM,graph us,4,one", "*,graph us,3,another"));
        assertThat(DeviceFigures.assumed(H100).corrected(H100, measured).of(Figure.GRAPH_US))
                .isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "H200,kernel us,1,me | there is no device 'H200'; write one of H100 SXM, H200 SXM, A100 SXM 80GB, L4,"
                        + " RTX 4090, RTX 3060, T4, or * for all",
                "T4,speed,1,me | there is no figure 'speed'; write one of kernel us, graph us, product share, kernel"
                        + " share, bandwidth share, cache factor, warp cycles, barrier cycles,"
                        + " wait cycles",
                "T4,product share,85,me | the product share is 85.0, which is more than can be; write at most 1.0",
                "T4,product share,fast,me | the value is 'fast'; write a number above 0, such as 0.85",
                "T4,product share,0.5, | there is no source; fill it in"
            })
    void aLineThatCannotBeUsedIsToldWithARemedy(String line, String message) throws IOException {
        Path file = file("device,figure,value,source", "*,graph us,3,reports", line);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeviceFigures.corrections(file))
                .withMessage(file + ", line 3: " + message);
    }

    @Test
    void aFileThatIsNotThereIsTold() {
        Path file = folder.resolve("none.csv");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeviceFigures.corrections(file))
                .withMessage("there is no file " + file
                        + "; give one with the columns device, figure, value, source (docs/device-model.md)");
    }
}
