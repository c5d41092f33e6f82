package io.nudge.model;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Guesses from its first bytes what a file is that is not a model, for messages. */
final class FileKind {
    private static final Map<String, String> BEGINNINGS = new LinkedHashMap<>();

    static {
        BEGINNINGS.put("\u001f\u008b", "a gzip archive: unpack it first");
        BEGINNINGS.put(
                "PK\u0003\u0004", "a zip archive, as PyTorch and NumPy (.npz) write: export it as safetensors there");
        BEGINNINGS.put("\u0080\u0002", "a Python pickle, as older PyTorch writes: export it as safetensors there");
        BEGINNINGS.put("\u0089HDF\r\n", "an HDF5 file, as Keras writes: export it as safetensors there");
        BEGINNINGS.put("\u0093NUMPY", "a NumPy array (.npy)");
        BEGINNINGS.put("GGUF", "a GGUF file");
        BEGINNINGS.put("\u0089PNG", "a PNG picture");
        BEGINNINGS.put("\u00ff\u00d8\u00ff", "a JPEG picture");
        BEGINNINGS.put("\u007fELF", "a program or library");
        BEGINNINGS.put("version https://git-lfs", "a pointer of Git LFS: run 'git lfs pull' to get the file itself");
        BEGINNINGS.put("\0\0\u0008", "an IDX file of data, such as MNIST's");
        BEGINNINGS.put("\0\0\0\0\0\0\0\0", "nothing but zeros at its beginning: it was never written to its end");
        BEGINNINGS.put("<", "a web page or XML: the download went wrong");
        BEGINNINGS.put("{", "JSON text");
        BEGINNINGS.put("[", "JSON text");
    }

    private FileKind() {}

    /**
     * Guesses.
     *
     * @param head the first bytes, as many as there are up to a few dozen
     * @return what it looks like, with a remedy where there is one
     */
    static String guess(byte[] head) {
        String start = new String(head, StandardCharsets.ISO_8859_1);
        for (Map.Entry<String, String> each : BEGINNINGS.entrySet()) {
            if (start.startsWith(each.getKey())) {
                return "it looks like " + each.getValue();
            }
        }
        boolean text = start.chars().allMatch(c -> c >= ' ' || c == '\n' || c == '\r' || c == '\t');
        return text ? "it looks like text" : "it is no kind of file that Nudge knows, or it is corrupted";
    }
}
