"""The work that benchmarks/compare measures, for peers in Python: what the commands are, PeerProcess.java says."""

import sys
import time

MARK = "peer: "

# Next to nothing, as in Job.java.
ADAM_EPSILON = 1e-12


class Job:
    """Written as name=value between tabs; Job.java says what each is."""

    def __init__(self, line):
        values = dict(word.split("=", 1) for word in line.split("\t"))
        self.layers = [int(neurons) for neurons in values["layers"].split("-")]
        self.relu = values["kind"] == "relu"
        self.adam = values["optimizer"] == "adam"
        self.rate = float(values["rate"])
        self.batch = int(values["batch"])
        self.train = values["mode"] == "train"
        self.batches = int(values["examples"]) // self.batch
        self.folder = values["folder"]


def say(answer):
    print(MARK + answer, flush=True)


def run(network, seconds):
    begin, steps = time.perf_counter(), 0
    while True:
        network.turn()
        steps += 1
        elapsed = time.perf_counter() - begin
        if elapsed >= seconds:
            return "ran %d %.9f" % (steps, elapsed)


def serve(versions, make):
    """Answers until the input ends; make(job) gives what has loss(), step(), and turn(), the step that is timed."""
    say("ready " + versions)
    network = None
    for line in sys.stdin:
        command, _, rest = line.rstrip("\n").partition(" ")
        if command == "prepare":
            network = make(Job(rest))
            say("prepared")
        elif command == "loss":
            say("loss %.9g" % network.loss())
        elif command == "steps":
            for _ in range(int(rest)):
                network.step()
            say("done")
        elif command == "run":
            say(run(network, float(rest)))
        else:
            raise ValueError("unknown command: " + line)


def main(versions, make):
    """Serves, and says in an answer what stopped it."""
    try:
        serve(versions(), make)
    except Exception as error:
        say("failed %s: %s" % (type(error).__name__, " ".join(str(error).split())))
        raise
