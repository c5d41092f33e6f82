package io.nudge.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Backends found by name. Which providers there are is said in a class loader of the test's own, so that the test-jar names
 * none to the backends that are tested with it.
 */
class BackendsTest {
    @TempDir
    Path folder;

    private final List<String> log = new ArrayList<>();
    private final Logger logger = Logger.getLogger("io.nudge");
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            log.add(entry.getLevel() + " " + MessageFormat.format(entry.getMessage(), entry.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }

    @Test
    void aBackendIsOpenedByNameAndNumber() throws Exception {
        assertThat(open("paper", "Paper", "Abacus")).startsWith("oracle:0");
        assertThat(open("abacus:1", "Paper", "Abacus")).startsWith("oracle:1");
        assertThat(open("abacus", "Paper", "Abacus")).startsWith("oracle:0");
    }

    @Test
    void autoTakesTheBestThatIsThere() throws Exception {
        assertThat(probe("Paper", "Missing", "Abacus")).containsExactly("missing", "abacus", "paper");
        assertThat(open("auto", "Paper", "Missing", "Abacus")).startsWith("oracle:0");
    }

    @Test
    void autoTellsInOneLineWhatItTookAndWhyNotABetterOne() throws Exception {
        String device = open("auto", "Paper", "Missing");
        assertThat(log)
                .containsExactly(
                        "INFO backend auto: " + device + "; not taken: missing (no abacus was found; buy one)");
    }

    @Test
    void anUnknownNameIsRefusedWithThoseKnown() {
        assertRefused(
                "IllegalArgumentException", "fast", new String[] {"Paper", "Abacus"}, "'fast'", "auto, abacus, paper");
        assertRefused("IllegalArgumentException", "", new String[] {"Paper"}, "''", "auto, paper");
        assertRefused("IllegalArgumentException", "auto:1", new String[] {"Paper"}, "'auto:1'", "auto, paper");
        assertRefused("IllegalArgumentException", "fast", new String[] {}, "'fast'", "none");
    }

    @Test
    void aKnownNameThatIsNotOnTheClassPathSaysWhatToAdd() {
        String[] paper = {"Paper"};
        assertRefused("BackendUnavailableException", "cuda", paper, "'cuda'", "nudge-cuda-backend", "paper");
        assertRefused("BackendUnavailableException", "cuda:3", paper, "'cuda'", "nudge-cuda-backend");
        assertRefused("BackendUnavailableException", "cpu", new String[] {}, "'cpu'", "nudge-cpu-backend", "none");
    }

    /** Never another instead. */
    @Test
    void whatIsAskedForByNameAndNotThereSaysWhy() {
        String[] names = {"Paper", "Missing", "Abacus"};
        assertRefused("BackendUnavailableException", "missing", names, "'missing'", "no abacus was found; buy one");
        assertRefused("BackendUnavailableException", "missing:0", names, "'missing:0'", "no abacus was found; buy one");
        assertRefused("BackendUnavailableException", "abacus:2", names, "'abacus:2'", "oracle:0", "oracle:1");
    }

    @Test
    void withoutAnyBackendAutoSaysWhatWasFound() {
        assertRefused(
                "BackendUnavailableException",
                "auto",
                new String[] {"Missing"},
                "missing (no abacus was found; buy one)");
        assertRefused("BackendUnavailableException", "auto", new String[] {}, "nudge-cpu-backend");
    }

    @Test
    void aDeviceNumberIsAWholeNumber() {
        for (String bad :
                new String[] {"abacus:", "abacus:x", "abacus:-1", "abacus:1.0", "abacus:99999", "abacus:1:2"}) {
            assertRefused(
                    "IllegalArgumentException",
                    bad,
                    new String[] {"Abacus"},
                    "'" + bad + "'",
                    "whole number",
                    "cuda:1");
        }
    }

    @Test
    void aProviderThatCannotBeMadeHidesNoOther() throws Exception {
        assertThat(open("auto", "Broken", "Paper")).startsWith("oracle:0");
        assertThat(open("paper", "Broken", "Paper")).startsWith("oracle:0");
        assertThat(probe("Broken", "Paper")).containsExactly("paper");
        assertThat(log).first().asString().startsWith("WARNING").contains("FakeProvider$Broken");
    }

    @Test
    void aProviderThatIsNotThereHidesNoOther() throws Exception {
        assertThat(open("paper", "ThereIsNoSuchClass", "Paper")).startsWith("oracle:0");
        assertThat(log).first().asString().startsWith("WARNING").contains("ThereIsNoSuchClass");
    }

    @Test
    void aProviderThatFailsWhenItIsLookedForIsUnavailable() throws Exception {
        assertThat(probe("Crashing", "Paper")).containsExactly("crashing", "paper");
        assertThat(open("auto", "Crashing", "Paper")).startsWith("oracle:0");
        assertThat(log).singleElement().asString().contains("crashing (", "libbeads.so: wrong version");
        assertRefused("BackendUnavailableException", "crashing", new String[] {"Crashing"}, "libbeads.so");
    }

    @Test
    void autoGoesOnWhereTheBestCannotBeOpened() throws Exception {
        assertThat(open("auto", "Taken", "Paper")).startsWith("oracle:0");
        assertThat(log).singleElement().asString().contains("taken (the beads are in use; wait)");
        assertRefused("BackendUnavailableException", "taken", new String[] {"Taken", "Paper"}, "in use");
    }

    @Test
    void aToyIsTakenOnlyByItsName() throws Exception {
        assertThat(open("toy", "Toy", "Paper")).startsWith("oracle:0");
        assertThat(log).isEmpty();
        open("auto", "Toy", "Paper");
        assertThat(log).singleElement().asString().contains("backend auto").doesNotContain("toy");
        assertRefused("BackendUnavailableException", "auto", new String[] {"Toy"}, "no backend can be opened here");
    }

    @Test
    void aToyIsListedOnlyWhereItIsThere() throws Exception {
        assertThat(probe("Toy", "LostToy", "Paper")).containsExactly("toy", "paper");
        assertThat(best("Toy", "Missing", "Abacus", "Paper")).contains("oracle:0");
        assertThat(best("Toy", "Missing")).isEqualTo("Optional.empty");
        assertRefused(
                "BackendUnavailableException", "losttoy", new String[] {"LostToy"}, "no abacus was found; buy one");
    }

    @Test
    void aDiagnosisSaysWhatProbingDoesWhereABackendSaysNoMore() throws Exception {
        assertThat(diagnose("abacus:1", "Abacus"))
                .contains("Diagnosis[backend=abacus", "weight=good, text=counts beads", "subject=device", "oracle:1")
                .doesNotContain("weight=bad");
        assertThat(diagnose("missing", "Missing")).contains("weight=bad, text=no abacus was found; buy one");
    }

    @Test
    void aDiagnosisThatFailsIsOne() throws Exception {
        assertThat(diagnose("crashing", "Crashing"))
                .contains("weight=bad", "looking at it failed: java.lang.UnsatisfiedLinkError: libbeads.so");
    }

    @Test
    void aDiagnosisIsOfABackendThatThereIs() {
        assertThatThrownBy(() -> diagnose("fast", "Paper")).hasMessageContainingAll("'fast'", "auto, paper");
        assertThatThrownBy(() -> diagnose("paper:x", "Paper")).hasMessageContaining("whole number");
        assertThatThrownBy(() -> diagnose("cuda", "Paper")).hasMessageContaining("nudge-cuda-backend");
    }

    @Test
    void aDiagnosisIsUsableUntilSomethingBadIsFound() {
        Finding good = new Finding("beads", Finding.Weight.GOOD, "all there", Map.of("beads", 70));
        Finding note = new Finding("frame", Finding.Weight.NOTE, "creaks; oil it");
        Finding bad = new Finding("wires", Finding.Weight.BAD, "broken; buy new ones");
        Diagnosis diagnosis = new Diagnosis("abacus", List.of(good)).with(note);
        assertThat(diagnosis.isUsable()).isTrue();
        assertThat(diagnosis.with(bad).with(good).isUsable()).isFalse();
        assertThat(diagnosis.with(bad).obstacle()).contains(bad);
        assertThat(diagnosis.findings()).containsExactly(good, note);
    }

    private void assertRefused(String kind, String name, String[] providers, String... words) {
        assertThatThrownBy(() -> open(name, providers)).as(name).satisfies(thrown -> {
            assertThat(thrown.getClass().getSimpleName()).isEqualTo(kind);
            assertThat(thrown).hasMessageContainingAll(words);
        });
    }

    /** What {@code Backends.open} opens, as a text. */
    private String open(String name, String... providers) throws Exception {
        return String.valueOf(inOwnLoader("open", new Class<?>[] {String.class}, new Object[] {name}, providers));
    }

    private String best(String... providers) throws Exception {
        return String.valueOf(inOwnLoader("best", new Class<?>[0], new Object[0], providers));
    }

    private String diagnose(String name, String... providers) throws Exception {
        return String.valueOf(inOwnLoader("diagnose", new Class<?>[] {String.class}, new Object[] {name}, providers));
    }

    private List<String> probe(String... providers) throws Exception {
        List<?> found = (List<?>) inOwnLoader("probe", new Class<?>[0], new Object[0], providers);
        return found.stream()
                .map(each -> each.toString().replaceFirst(".*backend=(\\w+).*", "$1"))
                .toList();
    }

    /** Calls a method of Backends where exactly these providers are named. */
    private Object inOwnLoader(String method, Class<?>[] types, Object[] arguments, String... providers)
            throws Exception {
        URL[] path = {folder(providers), location(Backends.class), location(BackendsTest.class)};
        try (URLClassLoader loader = new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
            return loader.loadClass(Backends.class.getName())
                    .getMethod(method, types)
                    .invoke(null, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static URL location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    private URL folder(String... providers) throws IOException {
        Path root = Files.createTempDirectory(folder, "providers");
        Path services = Files.createDirectories(root.resolve("META-INF/services"));
        List<String> names = List.of(providers).stream()
                .map(each -> FakeProvider.class.getName() + "$" + each)
                .toList();
        Files.write(services.resolve(BackendProvider.class.getName()), names);
        return root.toUri().toURL();
    }
}
