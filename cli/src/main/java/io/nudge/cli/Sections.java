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
        List<OptionSpec> left = new ArrayList<>(spec.options());
        StringBuilder text = new StringBuilder();
        spec.mixins().forEach((field, mixin) -> {
            List<OptionSpec> options = new ArrayList<>(left);
            options.retainAll(mixin.options());
            left.removeAll(options);
            append(help, text, field, options);
        });
        append(help, text, "other options", left);
        return text.toString();
    }

    private static void append(Help help, StringBuilder text, String title, List<OptionSpec> options) {
        if (options.isEmpty()) {
            return;
        }
        String heading = title.substring(0, 1).toUpperCase(Locale.ROOT) + title.substring(1);
        Help.Layout layout = help.createDefaultLayout(options, List.of(), help.colorScheme());
        String list =
                help.optionListExcludingGroups(options, layout, null, help.createDefaultParamLabelRenderer());
        text.append(System.lineSeparator()).append(heading).append(':').append(System.lineSeparator()).append(list);
    }
}
