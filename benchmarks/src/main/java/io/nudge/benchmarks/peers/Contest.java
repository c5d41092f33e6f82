package io.nudge.benchmarks.peers;

import io.nudge.benchmarks.peers.process.Job;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * One job, done by all entrants by turns. The first entrant is Nudge, with whose losses those of the others must agree.
 *
 * <p>Each entrant is tried on each number of threads; one that is clearly slower than another does not go on. Then come rounds:
 * in each, every process runs for a while, after a lead-in in which the threads of the one before it come to rest. If the job is
 * training, another process is started in each round too, for its first step alone.
 */
final class Contest {
    private static final int STEPS_BEFORE_CHECK = 50;

    /** A number of threads that reaches less than this share of the best one's rate in the trial is not measured. */
    private static final double CLEARLY_SLOWER = 0.8;

    private static final double LEAD_IN = 0.3;

    /** A warm-up is over after so many parts in which the rate did not grow by this factor, or after the most. */
    private static final int PARTS = 3;

    private static final double GROWTH = 1.05;
    private static final int MOST_PARTS = 30;

    private final Pace pace;
    private final List<Integer> threads;
    private final Consumer<String> progress;

    /**
     * How long things take.
     *
     * @param warmup seconds in which a process must not get more efficient, before anything counts
     * @param seconds of each turn
     * @param rounds how many turns each process has
     */
    record Pace(double warmup, double seconds, int rounds) {}

    /** A process on its way: its conversation, and what is known of it so far. */
    private record Racer(
            Entrant entrant,
            int threads,
            Conversation talk,
            double before,
            double after,
            double trial,
            List<Rate> rates,
            List<Double> firstSteps) {}

    private final List<Racer> racers = new ArrayList<>();
    private final List<LeftOut> leftOut = new ArrayList<>();
    private Racer reference;

    Contest(Pace pace, List<Integer> threads, Consumer<String> progress) {
        this.pace = pace;
        this.threads = List.copyOf(threads);
        this.progress = progress;
    }

    Outcome hold(Job job, List<Entrant> entrants) {
        racers.clear();
        leftOut.clear();
        reference = null;
        try {
            for (Entrant entrant : entrants) {
                trial(job, entrant);
                if (reference == null) {
                    throw new PeerException(entrant.name() + ", with which the others are compared, failed at "
                            + job.name() + ": " + leftOut.get(0).reason());
                }
            }
            for (int round = 0; round < pace.rounds(); round++) {
                round(job, round, racer -> turn(job, racer));
                if (job.training()) {
                    round(job, round, racer -> racer.firstSteps().add(firstStep(job, racer)));
                }
            }
            return outcome(job);
        } finally {
            racers.forEach(racer -> racer.talk().close());
        }
    }

    private void trial(Job job, Entrant entrant) {
        List<Racer> mine = new ArrayList<>();
        for (int count : threads) {
            try {
                mine.add(enter(job, entrant, count));
            } catch (PeerException e) {
                leaveOut(entrant.name(), count, job, e);
                break;
            }
        }
        double best = mine.stream().mapToDouble(Racer::trial).max().orElse(0);
        for (Racer racer : mine) {
            if (racer.trial() < CLEARLY_SLOWER * best) {
                racer.talk().close();
            } else {
                racers.add(racer);
            }
        }
    }

    private Racer enter(Job job, Entrant entrant, int count) {
        Conversation talk = entrant.start(count);
        try {
            talk.prepare(job);
            double before = talk.loss();
            talk.steps(STEPS_BEFORE_CHECK);
            double after = talk.loss();
            Racer racer = new Racer(
                    entrant, count, talk, before, after, warmUp(job, talk), new ArrayList<>(), new ArrayList<>());
            if (reference == null) {
                reference = racer;
            }
            requireAgreement(before, reference.before(), "before step 0");
            requireAgreement(after, reference.after(), "after step " + STEPS_BEFORE_CHECK);
            progress.accept(String.format(
                    Locale.ROOT,
                    "%s: %s on %d: loss %.6f, then %.6f; %,.0f examples/s in the trial",
                    job.name(),
                    entrant.name(),
                    count,
                    before,
                    after,
                    racer.trial()));
            return racer;
        } catch (PeerException e) {
            talk.close();
            throw e;
        }
    }

    /** Runs while that gets more efficient, since compilers are at work; on a busy machine for long. Tells the best rate. */
    private double warmUp(Job job, Conversation talk) {
        double best = 0;
        double mostEfficient = 0;
        int sinceGrowth = 0;
        for (int part = 0; part < MOST_PARTS && sinceGrowth < PARTS; part++) {
            Rate rate = talk.run(pace.warmup() / PARTS);
            sinceGrowth = rate.efficiency() > GROWTH * mostEfficient ? 0 : sinceGrowth + 1;
            mostEfficient = Math.max(mostEfficient, rate.efficiency());
            best = Math.max(best, rate.perSecond());
        }
        return best * job.batch();
    }

    /** To four digits: less than one in the fourth. */
    private static void requireAgreement(double loss, double expected, String when) {
        double fourthDigit = Math.pow(10, Math.floor(Math.log10(Math.abs(expected))) - 3);
        if (!(Math.abs(loss - expected) < fourthDigit)) {
            throw new DisagreementException(loss, expected, when);
        }
    }

    private void round(Job job, int round, Consumer<Racer> measured) {
        List<Racer> order = new ArrayList<>(racers);
        Collections.rotate(order, -round); // nobody always runs after the same one
        for (Racer racer : order) {
            try {
                measured.accept(racer);
            } catch (PeerException e) {
                racers.remove(racer);
                racer.talk().close();
                leaveOut(racer.entrant().name(), racer.threads(), job, e);
            }
        }
    }

    private void turn(Job job, Racer racer) {
        racer.talk().run(LEAD_IN);
        racer.rates().add(racer.talk().run(pace.seconds()).times(job.batch()));
    }

    /** Seconds from before the start of a new process to the end of its first step. */
    private static double firstStep(Job job, Racer racer) {
        try (Conversation talk = racer.entrant().start(racer.threads())) {
            talk.prepare(job);
            talk.steps(1);
            return talk.age();
        }
    }

    private void leaveOut(String entrant, int count, Job job, PeerException cause) {
        String reason = cause.getMessage() + " (threads: " + count + ")";
        LeftOut left = new LeftOut(entrant, job.name(), reason, cause instanceof DisagreementException);
        progress.accept(job.name() + ": " + entrant + " is left out: " + left.reason());
        leftOut.add(left);
    }

    private Outcome outcome(Job job) {
        List<Standing> standings = racers.stream()
                .map(racer -> new Standing(
                        racer.entrant().name(),
                        racer.threads(),
                        racer.talk().versions(),
                        racer.before(),
                        racer.after(),
                        racer.rates(),
                        racer.firstSteps(),
                        racer.talk().peakMemory()))
                .toList();
        return new Outcome(job, standings, leftOut);
    }
}
