package io.nudge.cli;

import io.nudge.train.EpochResult;
import io.nudge.train.History;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Cost and accuracy by epoch, as a picture. */
final class LearningCurve {
    private static final String COST = "cost";
    private static final int WIDTH = 900;
    private static final int HEIGHT = 360;
    private static final int FEW_MARKERS = 40;
    private static final int FEW_TICKS = 12;
    /** From the palette of Okabe and Ito, which the colour-blind tell apart. */
    private static final Color TRAINING = new Color(0x0072B2);

    private static final Color VALIDATION = new Color(0xD55E00);

    private final History history;
    private final String title;

    private LearningCurve(History history, String title) {
        this.history = history;
        this.title = title;
    }

    /** Finds out whether text can be drawn at all: a small system may have no fonts. */
    static void requireFonts() {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        try {
            Graphics2D graphics = image.createGraphics();
            graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
            int unused = graphics.getFontMetrics().stringWidth("0");
            graphics.dispose();
        } catch (LinkageError | InternalError | RuntimeException e) {
            throw new IllegalArgumentException(
                    "--plot needs fonts, and Java finds none here; install fontconfig and a font such as DejaVu, or leave "
                            + "--plot out",
                    e);
        }
    }

    /** Draws a run that has at least one epoch. */
    static void draw(History history, String title, Path file) {
        List<XYChart> charts = new LearningCurve(history, title).charts();
        ImageIO.setUseCache(false); // a cache on disk cannot be had any more once Ctrl-C has been pressed
        OutputFile.write(file, out -> BitmapEncoder.saveBitmap(charts, charts.size(), 1, out, BitmapFormat.PNG));
    }

    private List<XYChart> charts() {
        List<XYChart> charts = new ArrayList<>();
        charts.add(chart(title, COST, EpochResult::cost, EpochResult::validationCost));
        if (isKnown(EpochResult::accuracy)) {
            XYChart accuracy = chart(
                    null,
                    "accuracy (%)",
                    result -> 100 * result.accuracy(),
                    result -> 100 * result.validationAccuracy());
            accuracy.getStyler().setYAxisMax(100.0).setLegendPosition(LegendPosition.InsideSE);
            charts.add(accuracy);
        }
        return charts;
    }

    private boolean isKnown(ToDoubleFunction<EpochResult> quantity) {
        return Arrays.stream(history.curve(quantity)).anyMatch(Double::isFinite);
    }

    private XYChart chart(
            String heading,
            String quantity,
            ToDoubleFunction<EpochResult> training,
            ToDoubleFunction<EpochResult> validation) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .xAxisTitle("epoch")
                .yAxisTitle(quantity)
                .build();
        style(chart.getStyler(), heading != null);
        if (history.epochs().size() == 1) { // one value makes no scale
            double value = validation.applyAsDouble(history.last());
            double largest = training.applyAsDouble(history.last());
            largest = Double.isNaN(value) ? largest : Math.max(value, largest);
            chart.getStyler().setYAxisMax(1.5 * largest);
        }
        chart.getStyler().setYAxisMin(quantity.equals(COST) || history.epochs().size() == 1 ? 0.0 : null);
        if (heading != null) {
            chart.setTitle(heading);
        }
        add(chart, "training", training, TRAINING);
        if (isKnown(validation)) {
            add(chart, "validation", validation, VALIDATION);
        }
        return chart;
    }

    private void style(XYStyler styler, boolean titled) {
        styler.setLocale(Locale.ROOT);
        styler.setChartTitleVisible(titled)
                .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15))
                .setChartTitleBoxVisible(false)
                .setChartBackgroundColor(Color.WHITE)
                .setChartPadding(14)
                .setLegendPosition(LegendPosition.InsideNE)
                .setLegendBorderColor(Color.LIGHT_GRAY)
                .setPlotBorderVisible(false)
                .setMarkerSize(6);
        styler.setPlotGridLinesColor(new Color(0xE4E4E4))
                .setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13))
                .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
                .setYAxisLeftWidthHint(60);
        int last = history.last().epoch();
        styler.setXAxisMin(last > 1 && last <= FEW_TICKS ? 1.0 : 0.0).setXAxisMax(last == 1 ? 2.0 : last);
        styler.setXAxisDecimalPattern("0");
    }

    private void add(XYChart chart, String name, ToDoubleFunction<EpochResult> quantity, Color color) {
        XYSeries series = chart.addSeries(name, history.curve(EpochResult::epoch), history.curve(quantity));
        series.setMarkerColor(color);
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke(2f));
        series.setMarker(history.epochs().size() <= FEW_MARKERS ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    }
}
