"""NumPy: backpropagation written out, into arrays made beforehand; with the word products, its matrix products alone."""

import sys

import protocol

try:
    import numpy as np
except ImportError as missing:
    protocol.say("failed %s" % missing)
    sys.exit(1)


class Network:
    """Weights [out, in], and every array that a step needs."""

    def __init__(self, job):
        layers, batch = job.layers, job.batch
        self.relu, self.adam, self.rate = job.relu, job.adam, job.rate
        self.batch, self.batches, self.train = batch, job.batches, job.train
        self.read(job)
        self.a = [np.empty((batch, n), np.float32) for n in layers]
        self.delta = [np.empty((batch, n), np.float32) for n in layers]
        self.scratch = [np.empty((batch, n), np.float32) for n in layers]
        self.row = np.empty((batch, 1), np.float32)
        self.dw = [np.empty_like(w) for w in self.w]
        self.db = [np.empty_like(b) for b in self.b]
        parameters = self.w + self.b
        self.moments = [(np.zeros_like(p), np.zeros_like(p), np.empty_like(p)) for p in parameters] if self.adam else []
        self.next, self.steps = 0, 0

    def read(self, job):
        layers, folder = job.layers, job.folder
        flat = np.fromfile(folder + "/parameters.f32", "<f4")
        self.w, self.b, at = [], [], 0
        for n_in, n_out in zip(layers, layers[1:]):
            self.w.append(flat[at : at + n_in * n_out].reshape(n_out, n_in).copy())
            at += n_in * n_out
            self.b.append(flat[at : at + n_out].copy())
            at += n_out
        self.x = np.fromfile(folder + "/inputs.f32", "<f4").reshape(-1, layers[0])
        self.y = np.eye(layers[-1], dtype=np.float32)[np.fromfile(folder + "/classes.u8", np.uint8)]

    def forward(self, x):
        self.a[0] = x
        last = len(self.w)
        for l in range(1, last + 1):
            a = self.a[l]
            np.matmul(self.a[l - 1], self.w[l - 1].T, out=a)
            np.add(a, self.b[l - 1], out=a)
            if not self.relu:
                np.negative(a, out=a)
                np.exp(a, out=a)
                np.add(a, 1, out=a)
                np.reciprocal(a, out=a)
            elif l < last:
                np.maximum(a, 0, out=a)
            else:
                np.max(a, axis=1, keepdims=True, out=self.row)
                np.subtract(a, self.row, out=a)
                np.exp(a, out=a)
                np.sum(a, axis=1, keepdims=True, out=self.row)
                np.divide(a, self.row, out=a)

    def loss(self):
        self.forward(self.x[: self.batch])
        a, y = self.a[-1].astype(np.float64), self.y[: self.batch]
        cost = -np.log((a * y).sum(axis=1)) if self.relu else ((a - y) ** 2).sum(axis=1)
        return float(cost.mean())

    def times_slope(self, l):
        """delta = delta times the slope of layer l's activation."""
        a, scratch, delta = self.a[l], self.scratch[l], self.delta[l]
        if self.relu:
            np.sign(a, out=scratch)  # a is not negative
        else:
            np.subtract(1, a, out=scratch)
            np.multiply(scratch, a, out=scratch)
        np.multiply(delta, scratch, out=delta)

    def backward(self, y, scale):
        """Gradients times scale, which costs nothing where it is multiplied into the last delta."""
        last = len(self.w)
        delta = self.delta[last]
        np.subtract(self.a[last], y, out=delta)
        np.multiply(delta, np.float32(scale if self.relu else 2 * scale), out=delta)
        if not self.relu:
            self.times_slope(last)
        for l in range(last, 0, -1):
            np.matmul(self.delta[l].T, self.a[l - 1], out=self.dw[l - 1])
            np.add.reduce(self.delta[l], axis=0, out=self.db[l - 1])
            if l > 1:
                np.matmul(self.delta[l], self.w[l - 1], out=self.delta[l - 1])
                self.times_slope(l - 1)

    def step(self):
        if not self.train:
            self.forward(self.x[: self.batch])
            return
        begin = self.next * self.batch
        self.forward(self.x[begin : begin + self.batch])
        scale = 1 / self.batch if self.adam else self.rate / self.batch
        self.backward(self.y[begin : begin + self.batch], scale)
        self.steps += 1
        self.next = (self.next + 1) % self.batches
        if self.adam:
            self.adam_step()
            return
        for p, step in zip(self.w + self.b, self.dw + self.db):
            np.subtract(p, step, out=p)

    def turn(self):
        self.step()

    def adam_step(self):
        """Adam, with the corrections gathered into the rate and into epsilon."""
        root = np.sqrt(1 - 0.999**self.steps)
        rate = np.float32(self.rate * root / (1 - 0.9**self.steps))
        epsilon = np.float32(protocol.ADAM_EPSILON * root)
        for p, g, (m, v, scratch) in zip(self.w + self.b, self.dw + self.db, self.moments):
            np.multiply(m, np.float32(0.9), out=m)
            np.multiply(g, np.float32(0.1), out=scratch)
            np.add(m, scratch, out=m)
            np.multiply(g, g, out=g)
            np.multiply(g, np.float32(0.001), out=g)
            np.multiply(v, np.float32(0.999), out=v)
            np.add(v, g, out=v)
            np.sqrt(v, out=scratch)
            np.add(scratch, epsilon, out=scratch)
            np.divide(m, scratch, out=scratch)
            np.multiply(scratch, rate, out=scratch)
            np.subtract(p, scratch, out=p)


class Products(Network):
    """What is timed is the matrix products of a step alone, of the same matrices: no step by this BLAS can be faster."""

    def turn(self):
        last = len(self.w)
        self.a[0] = self.x[self.next * self.batch : (self.next + 1) * self.batch]
        for l in range(1, last + 1):
            np.matmul(self.a[l - 1], self.w[l - 1].T, out=self.a[l])
        if not self.train:
            return
        for l in range(last, 0, -1):
            np.matmul(self.delta[l].T, self.a[l - 1], out=self.dw[l - 1])
            if l > 1:
                np.matmul(self.delta[l], self.w[l - 1], out=self.delta[l - 1])
        self.next = (self.next + 1) % self.batches


def versions():
    return "NumPy %s with %s, Python %s" % (np.__version__, blas(), sys.version.split()[0])


def blas():
    try:
        found = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        return "%s %s" % (found["name"], found["version"])
    except TypeError:  # before 1.25
        return "a BLAS that it does not name"


if __name__ == "__main__":
    protocol.main(versions, Products if "products" in sys.argv else Network)
