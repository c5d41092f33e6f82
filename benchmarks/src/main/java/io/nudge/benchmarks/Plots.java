package io.nudge.benchmarks;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Turns results into pictures: for each {@link Section} the rates as bars, backends and types side by side, on a logarithmic scale. */
final class Plots {
    private static final int BAR = 70;
    private static final int MARGINS = 260;
    private static final int HEIGHT = 480;
    private static final int LABELS = 40;

    /** From the palette of Okabe and Ito, which the colour-blind tell apart. */
    private static final Color[] COLOURS = {
        new Color(0x0072B2), new Color(0xD55E00), new Color(0x009E73), new Color(0xE69F00), new Color(0xCC79A7)
    };

    /** What a section's bars show: the first of these that its work tells. */
    private record Quantity(String name, ToDoubleFunction<Work> amount, double perNanosecond) {}

    private static final List<Quantity> QUANTITIES = List.of(
            new Quantity("examples/s", Work::examples, 1e9),
            new Quantity("GFLOP/s", Work::flops, 1),
            new Quantity("GB/s", Work::bytes, 1));

    private Plots() {}

    /**
     * Draws.
     *
     * @param results what was measured
     * @param environment lines on what was measured on; the machine, Java and the versions go into each picture
     * @param folder where the pictures go
     * @return their files
     */
    static List<Path> draw(List<Result> results, List<String> environment, Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Section section : Section.ALL) {
            List<Result> mine = results.stream().filter(section::has).toList();
            if (!mine.isEmpty()) {
                Path file =
                        folder.resolve(section.title().toLowerCase(Locale.ROOT).replace(' ', '-') + ".png");
                try (OutputStream out = Files.newOutputStream(file)) {
                    BitmapEncoder.saveBitmap(List.of(chart(section, mine, environment)), 1, 1, out, BitmapFormat.PNG);
                }
                files.add(file);
            }
        }
        return files;
    }

    private static CategoryChart chart(Section section, List<Result> results, List<String> environment) {
        Quantity quantity = QUANTITIES.stream()
                .filter(each ->
                        results.stream().anyMatch(result -> each.amount.applyAsDouble(section.work(result)) > 0))
                .findFirst()
                .orElseThrow();
        List<String> bars = results.stream().map(Plots::bar).distinct().toList();
        Map<String, Map<String, Double>> series = series(section, results, quantity);
        CategoryChart chart = new CategoryChartBuilder()
                .width(MARGINS + BAR * bars.size() * series.size())
                .height(HEIGHT)
                .title(section.title() + "\n" + facts(environment))
                .yAxisTitle(quantity.name)
                .build();
        style(chart.getStyler());
        chart.getStyler().setYAxisMin(decadeBelow(series));
        series.forEach((name, rates) -> chart.addSeries(
                name, bars, bars.stream().map(bar -> rates.get(bar)).toList()));
        return chart;
    }

    /** Where bars begin on a logarithmic scale, which has no 0. */
    private static double decadeBelow(Map<String, Map<String, Double>> series) {
        double least = series.values().stream()
                .flatMap(rates -> rates.values().stream())
                .mapToDouble(rate -> rate)
                .min()
                .orElse(1);
        return Math.pow(10, Math.ceil(Math.log10(least)) - 1);
    }

    /** By backend and type, the rate of each bar. */
    private static Map<String, Map<String, Double>> series(Section section, List<Result> results, Quantity quantity) {
        Map<String, Map<String, Double>> series = new LinkedHashMap<>();
        for (Result result : results) {
            String name = result.parameters().getOrDefault("backend", "") + " "
                    + result.parameters().getOrDefault("type", "");
            double rate =
                    result.perNanosecond(quantity.perNanosecond * quantity.amount.applyAsDouble(section.work(result)));
            series.computeIfAbsent(name.strip(), any -> new LinkedHashMap<>()).put(bar(result), rate);
        }
        return series;
    }

    /** The operation and the parameters of its own. */
    private static String bar(Result result) {
        Map<String, String> own = new TreeMap<>(result.parameters());
        own.remove("backend");
        own.remove("type");
        return Stream.concat(Stream.of(result.method()), own.values().stream()).collect(Collectors.joining(" "));
    }

    private static String facts(List<String> environment) {
        return environment.stream()
                .filter(line ->
                        line.startsWith("machine: ") || line.startsWith("Java: ") || line.startsWith("versions: "))
                .map(line -> line.substring(line.indexOf(' ') + 1))
                .collect(Collectors.joining("; "));
    }

    private static void style(CategoryStyler styler) {
        styler.setLocale(Locale.ROOT);
        styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
                .setChartTitleBoxVisible(false)
                .setChartBackgroundColor(Color.WHITE)
                .setLegendPosition(LegendPosition.OutsideE)
                .setLegendBorderColor(Color.LIGHT_GRAY)
                .setPlotBorderVisible(false)
                .setSeriesColors(COLOURS);
        styler.setYAxisLogarithmic(true)
                .setPlotGridLinesColor(new Color(0xE4E4E4))
                .setXAxisLabelRotation(LABELS);
    }
}
