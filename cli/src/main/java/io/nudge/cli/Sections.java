package io.nudge.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Lists the options of a command in sections, one for each of its mixins, named after the mixin's field. */
final class Sections {
    private static final List<String> COMMON = List.of("--json", "--help", "--version", "--stacktrace");

    private Sections() {}

    static CommandLine inHelpOf(CommandLine line) {
        for (CommandLine command : line.getSubcommands().values()) {
            Map<String, CommandLine.IHelpSectionRenderer> sections = command.getHelpSectionMap();
            sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING, help -> "");
            sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, Sections::options);
            command.setHelpSectionMap(sections);
        }
        return line;
    }

    private static String options(Help help) {
        CommandSpec spec = help.commandSpec();
        List<OptionSpec> own = new ArrayList<>(spec.options());
        List<OptionSpec> common = new ArrayList<>(own);
        common.removeIf(option -> !COMMON.contains(option.longestName()));
        own.removeAll(common);
        StringBuilder mixed = new StringBuilder();
        spec.mixins().forEach((field, mixin) -> {
            List<OptionSpec> options = new ArrayList<>(own);
            options.retainAll(mixin.options());
            own.removeAll(options);
            append(help, mixed, field, options);
        });
        StringBuilder text = new StringBuilder();
        append(help, text, "options", own);
        text.append(mixed);
        append(help, text, "common to all commands", common);
        return text.toString();
    }

    private static void append(Help help, StringBuilder text, String title, List<OptionSpec> options) {
        if (options.isEmpty()) {
            return;
        }
        String heading = title.substring(0, 1).toUpperCase(Locale.ROOT) + title.substring(1);
        List<OptionSpec> aligned = help.commandSpec().options(); // all, so that the sections are of the same shape
        Help.Layout layout = help.createDefaultLayout(aligned, List.of(), help.colorScheme());
        String list = help.optionListExcludingGroups(options, layout, null, help.createDefaultParamLabelRenderer());
        text.append(System.lineSeparator())
                .append(heading)
                .append(':')
                .append(System.lineSeparator())
                .append(list);
    }
}
