package io.nudge.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arrows point one way: cli and benchmarks to backends, backends to core, and within core from the upper doors to the mathematics. */
class ArchitectureTest {
    /** Each package of core, and the packages of core that it may use. */
    private static final Map<String, List<String>> LAYERS = Map.of(
            "math", List.of(),
            "tensor", List.of("math"),
            "nn", List.of("tensor", "math"),
            "data", List.of("math"),
            "train", List.of("nn", "tensor", "math", "data"),
            "model", List.of("train", "nn", "tensor", "math", "data"),
            "check", List.of("nn", "tensor", "math", "data"));

    /** Packages of the other modules. */
    private static final List<String> OUTSIDE_CORE = List.of("cpu", "cuda", "emulator", "cli", "benchmarks");

    private static final JavaClasses NUDGE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.nudge");

    @Test
    void everyPackageHasItsPlace() {
        Set<String> found = NUDGE.stream()
                .map(type -> type.getPackageName().split("\\.", 4))
                .map(parts -> parts.length < 3 ? "" : parts[2])
                .collect(Collectors.toCollection(TreeSet::new));
        found.removeAll(OUTSIDE_CORE);
        assertThat(LAYERS.keySet())
                .as("a new package of core is added to LAYERS")
                .containsAll(found);
    }

    static Stream<String> layers() {
        return LAYERS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("layers")
    void aPackageOfCoreUsesOnlyThoseBelowIt(String layer) {
        String[] allowed = Stream.concat(Stream.of(layer), LAYERS.get(layer).stream())
                .map(ArchitectureTest::tree)
                .toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage(tree(layer))
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage("io.nudge..")).or(resideInAnyPackage(allowed)))
                .allowEmptyShould(true)
                .check(NUDGE);
    }

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching("io.nudge.(*)..").should().beFreeOfCycles().check(NUDGE);
    }

    @Test
    void coreNamesNoDevice() {
        noClasses()
                .that(not(resideInAnyPackage(trees(OUTSIDE_CORE))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jcuda..", "org.bytedeco..")
                .check(NUDGE);
    }

    @Test
    void onlyTheCudaBackendNamesJcuda() {
        noClasses()
                .that()
                .resideOutsideOfPackage(tree("cuda"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jcuda..")
                .check(NUDGE);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aBackendKnowsCoreAlone(String backend) {
        String[] others = OUTSIDE_CORE.stream()
                .filter(module -> !module.equals(backend) && !module.equals("emulator"))
                .map(ArchitectureTest::tree)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(tree(backend))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .allowEmptyShould(true)
                .check(NUDGE);
    }

    @Test
    void theEmulatedDeviceIsUsedInOnePlaceAndKnowsNothingOfNudge() {
        noClasses()
                .that()
                .resideOutsideOfPackage(tree("emulator"))
                .and()
                .doNotHaveFullyQualifiedName("io.nudge.cuda.Emulation")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(tree("emulator"))
                .check(NUDGE);
        noClasses()
                .that()
                .resideInAPackage(tree("emulator"))
                .should()
                .dependOnClassesThat(resideInAPackage("io.nudge..").and(not(resideInAPackage(tree("emulator")))))
                .allowEmptyShould(true)
                .check(NUDGE);
    }

    static Stream<String> backends() {
        return Stream.of("cpu", "cuda");
    }

    private static String tree(String packageOfNudge) {
        return "io.nudge." + packageOfNudge + "..";
    }

    private static String[] trees(List<String> packagesOfNudge) {
        return packagesOfNudge.stream().map(ArchitectureTest::tree).toArray(String[]::new);
    }
}
