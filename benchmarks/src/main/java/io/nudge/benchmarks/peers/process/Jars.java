package io.nudge.benchmarks.peers.process;

import java.security.CodeSource;

/** Which libraries a process really has: the names of their files tell the versions. */
public final class Jars {
    private Jars() {}

    /**
     * The name of the jar that a class is in.
     *
     * @param type any class
     * @return the file's name without its end, such as {@code api-0.36.0}
     */
    public static String of(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        String path = source == null ? "" : source.getLocation().getPath();
        String name = path.substring(path.lastIndexOf('/') + 1);
        return name.endsWith(".jar") ? name.substring(0, name.length() - ".jar".length()) : "classes outside a jar";
    }
}
