package io.nudge.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nudge.benchmarks.peers.process.Job;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who is measured, who is left out, and what is made of it; with entrants whose rates are made up. Nothing is timed. */
class ContestTest {
    private static final Contest.Pace PACE = new Contest.Pace(9, 1, 3);
    private static final Job INFERENCE =
            new Job("infer A at 4", List.of(3, 2), Job.Kind.SIGMOID, false, 0.5, 4, false, 9, Path.of("some folder"));

    private int warmups;
    private double age;
    private final List<String> turns = new ArrayList<>();
    private final List<String> closed = new ArrayList<>();
    private final List<String> progress = new ArrayList<>();

    /** A process that was started for its first step. Each is older than the one before. */
    private final class FirstStep implements Conversation {
        private final List<String> told = new ArrayList<>();

        FirstStep() {
            turns.add("first step");
        }

        @Override
        public String versions() {
            throw new AssertionError("not asked");
        }

        @Override
        public void prepare(Job job) {
            told.add("prepare " + job.name());
        }

        @Override
        public double loss() {
            throw new AssertionError("takes time that is not the step's");
        }

        @Override
        public void steps(int count) {
            told.add("steps " + count);
        }

        @Override
        public Rate run(double seconds) {
            throw new AssertionError("not asked");
        }

        @Override
        public double age() {
            assertThat(told).containsExactly("prepare train A", "steps 1");
            return ++age;
        }

        @Override
        public OptionalLong peakMemory() {
            throw new AssertionError("it was short");
        }

        @Override
        public void close() {
            closed.add("first step");
        }
    }

    /** Answers with losses and rates of steps from lists; the last of a warm-up again and again. */
    private final class Scripted implements Conversation {
        private final String name;
        private final Deque<Double> losses;
        private final Deque<Double> warmup;
        private final Deque<Double> rounds;

        Scripted(String name, List<Double> losses, List<Double> warmup, List<Double> rounds) {
            this.name = name;
            this.losses = new ArrayDeque<>(losses);
            this.warmup = new ArrayDeque<>(warmup);
            this.rounds = new ArrayDeque<>(rounds);
        }

        @Override
        public String versions() {
            return name + " 1.0";
        }

        @Override
        public void prepare(Job job) {}

        @Override
        public double loss() {
            return losses.pop();
        }

        @Override
        public void steps(int count) {
            assertThat(count).isEqualTo(50);
        }

        @Override
        public Rate run(double seconds) {
            if (seconds == PACE.warmup() / 3) {
                warmups++;
                return rate(warmup.size() > 1 ? warmup.pop() : warmup.peek());
            }
            if (seconds != PACE.seconds()) {
                return rate(Double.NaN); // leads in
            }
            if (rounds.isEmpty()) {
                throw new PeerException("crashed");
            }
            turns.add(name);
            return rate(rounds.pop());
        }

        private static Rate rate(double steps) {
            return new Rate(steps, 2 * steps);
        }

        @Override
        public double age() {
            throw new AssertionError("not asked");
        }

        @Override
        public OptionalLong peakMemory() {
            return OptionalLong.of(name.length());
        }

        @Override
        public void close() {
            closed.add(name);
        }
    }

    /** An entrant with a conversation for each number of threads; started again, it does a first step. */
    private final class Fake implements Entrant {
        private final String name;
        private final Map<Integer, Conversation> conversations;
        private final Set<Integer> started = new HashSet<>();

        Fake(String name, Map<Integer, Conversation> conversations) {
            this.name = name;
            this.conversations = conversations;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Conversation start(int threads) {
            if (!conversations.containsKey(threads)) {
                throw new PeerException("is not installed");
            }
            return started.add(threads) ? conversations.get(threads) : new FirstStep();
        }
    }

    private Fake entrant(String name, double before, double after, double trial, Double... rounds) {
        return new Fake(name, Map.of(1, new Scripted(name, List.of(before, after), List.of(trial), List.of(rounds))));
    }

    private Fake nudge() {
        return entrant("Nudge", 2.3025, 1.5, 10, 10.0, 30.0, 20.0);
    }

    private Outcome hold(List<Integer> threads, Entrant... entrants) {
        return hold(FakePeer.JOB, threads, entrants);
    }

    private Outcome hold(Job job, List<Integer> threads, Entrant... entrants) {
        return new Contest(PACE, threads, progress::add).hold(job, List.of(entrants));
    }

    @Test
    void rateIsTheMedianOverRoundsInExamples() {
        Standing standing = hold(List.of(1), nudge()).best("Nudge").orElseThrow();
        assertThat(standing.rates()).extracting(Rate::perSecond).containsExactly(40.0, 120.0, 80.0); // a batch of 4
        assertThat(standing.median()).isEqualTo(80);
        assertThat(standing.medianEfficiency()).isEqualTo(160);
    }

    @Test
    void turnsAlternateAndNobodyAlwaysComesAfterTheSame() {
        hold(List.of(1), nudge(), entrant("Other", 2.3025, 1.5, 10, 1.0, 1.0, 1.0));
        assertThat(turns)
                .filteredOn(turn -> !turn.equals("first step"))
                .containsExactly("Nudge", "Other", "Other", "Nudge", "Nudge", "Other");
    }

    @Test
    void inEachRoundAProcessIsStartedForItsFirstStepAloneWhenTheTurnsAreOver() {
        Outcome outcome = hold(List.of(1), nudge(), entrant("Other", 2.3025, 1.5, 10, 1.0, 1.0, 1.0));
        assertThat(outcome.best("Nudge").orElseThrow().firstSteps()).containsExactly(1.0, 4.0, 5.0);
        assertThat(outcome.best("Other").orElseThrow().firstSteps()).containsExactly(2.0, 3.0, 6.0);
        assertThat(turns).startsWith("Nudge", "Other", "first step", "first step");
        assertThat(closed).filteredOn("first step"::equals).hasSize(6);
    }

    @Test
    void inferenceHasNoFirstStep() {
        Outcome outcome = hold(INFERENCE, List.of(1), nudge());
        assertThat(outcome.best("Nudge").orElseThrow().firstSteps()).isEmpty();
        assertThat(turns).containsExactly("Nudge", "Nudge", "Nudge");
    }

    @Test
    void memoryIsThatOfTheProcessOfTheRounds() {
        Outcome outcome = hold(List.of(1), nudge());
        assertThat(outcome.best("Nudge").orElseThrow().peakMemory()).hasValue("Nudge".length());
    }

    @Test
    void lossesThatDifferInTheFifthDigitAgree() {
        Outcome outcome = hold(List.of(1), nudge(), entrant("Other", 2.3027, 1.5004, 10, 1.0, 1.0, 1.0));
        assertThat(outcome.leftOut()).isEmpty();
        assertThat(outcome.best("Other")).isPresent();
    }

    @Test
    void anotherLossAfterFiftyStepsIsAnError() {
        Outcome outcome = hold(List.of(1), nudge(), entrant("Other", 2.3025, 1.502, 10, 1.0, 1.0, 1.0));
        assertThat(outcome.best("Other")).isEmpty();
        assertThat(outcome.leftOut())
                .containsExactly(new LeftOut(
                        "Other", "train A", "its loss after step 50 is 1.502, but Nudge's is 1.5 (threads: 1)", true));
    }

    @Test
    void aLossThatIsNoNumberIsAnError() {
        Outcome outcome = hold(List.of(1), nudge(), entrant("Other", Double.NaN, 1.5, 10, 1.0, 1.0, 1.0));
        assertThat(outcome.leftOut()).extracting(LeftOut::error).containsExactly(true);
    }

    @Test
    void aPeerThatCannotBeHadIsNamedWithTheReasonAndTheOthersGoOn() {
        Outcome outcome = hold(
                List.of(1), nudge(), new Fake("Absent", Map.of()), entrant("Other", 2.3025, 1.5, 10, 1.0, 1.0, 1.0));
        assertThat(outcome.leftOut())
                .containsExactly(new LeftOut("Absent", "train A", "is not installed (threads: 1)", false));
        assertThat(outcome.best("Other")).isPresent();
        assertThat(progress).contains("train A: Absent is left out: is not installed (threads: 1)");
    }

    @Test
    void aPeerThatFailsInARoundIsNamedAndLeavesTheOthers() {
        Outcome outcome = hold(List.of(1), nudge(), entrant("Other", 2.3025, 1.5, 10, 1.0));
        assertThat(outcome.best("Other")).isEmpty();
        assertThat(outcome.leftOut()).containsExactly(new LeftOut("Other", "train A", "crashed (threads: 1)", false));
        assertThat(outcome.best("Nudge").orElseThrow().rates()).hasSize(3);
    }

    @Test
    void withoutNudgeThereIsNothingToCompareWith() {
        assertThatThrownBy(() -> hold(List.of(1), new Fake("Nudge", Map.of()), nudge()))
                .isInstanceOf(PeerException.class)
                .hasMessage(
                        "Nudge, with which the others are compared, failed at train A: is not installed (threads: 1)");
    }

    private Fake onOneAndTwo(double trialOnOne, double trialOnTwo) {
        List<Double> losses = List.of(2.0, 1.0);
        return new Fake(
                "Nudge",
                Map.of(
                        1, new Scripted("on 1", losses, List.of(trialOnOne), List.of(1.0, 1.0, 1.0)),
                        2, new Scripted("on 2", losses, List.of(trialOnTwo), List.of(2.0, 2.0, 2.0))));
    }

    @Test
    void aNumberOfThreadsThatIsClearlySlowerIsNotMeasured() {
        Outcome outcome = hold(List.of(1, 2), onOneAndTwo(79, 100));
        assertThat(outcome.standings()).extracting(Standing::threads).containsExactly(2);
        assertThat(turns).doesNotContain("on 1");
    }

    @Test
    void ofNumbersOfThreadsThatAreCloseTheRoundsFindTheBest() {
        Outcome outcome = hold(List.of(1, 2), onOneAndTwo(100, 81));
        assertThat(outcome.standings()).extracting(Standing::threads).containsExactly(1, 2);
        assertThat(outcome.best("Nudge").orElseThrow().threads()).isEqualTo(2);
    }

    @Test
    void everyProcessIsEnded() {
        hold(List.of(1, 2), onOneAndTwo(1, 100));
        hold(List.of(1), nudge(), entrant("Other", 1, 1, 1));
        assertThat(closed).contains("on 1", "on 2", "Nudge", "Other");
    }

    private Fake warmingUp(Double... rates) {
        return new Fake(
                "Nudge", Map.of(1, new Scripted("Nudge", List.of(2.0, 1.0), List.of(rates), List.of(1.0, 1.0, 1.0))));
    }

    @Test
    void aProcessIsWarmWhenThreePartsInARowDidNotMakeItFaster() {
        hold(List.of(1), warmingUp(1.0, 2.0, 2.0, 2.0, 3.0, 3.1, 2.9, 3.0, 100.0));
        assertThat(warmups).isEqualTo(8);
    }

    @Test
    void aWarmUpEndsThoughAProcessGetsFasterForever() {
        hold(
                List.of(1),
                warmingUp(IntStream.range(0, 100).mapToObj(i -> Math.pow(2, i)).toArray(Double[]::new)));
        assertThat(warmups).isEqualTo(30);
    }
}
