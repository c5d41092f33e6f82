"""PyTorch: gradients by autograd, the library's own losses and optimizers."""

import sys

import protocol

try:
    import torch
    from torch.nn import functional
except ImportError as missing:
    protocol.say("failed %s" % missing)
    sys.exit(1)


def floats(folder, name):
    with open(folder + "/" + name, "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.float32)


class Network:
    """Weights [out, in], and the batches."""

    def __init__(self, job):
        self.job, self.next = job, 0
        layers = job.layers
        flat = floats(job.folder, "parameters.f32")
        self.w, self.b, at = [], [], 0
        for n_in, n_out in zip(layers, layers[1:]):
            self.w.append(flat[at : at + n_in * n_out].reshape(n_out, n_in).clone().requires_grad_())
            at += n_in * n_out
            self.b.append(flat[at : at + n_out].clone().requires_grad_())
            at += n_out
        with open(job.folder + "/classes.u8", "rb") as file:
            classes = torch.tensor(list(file.read()))
        targets = functional.one_hot(classes, layers[-1]).to(torch.float32)
        self.x = floats(job.folder, "inputs.f32").reshape(-1, layers[0]).split(job.batch)
        self.y = targets.split(job.batch)
        self.optimizer = self.make_optimizer()

    def make_optimizer(self):
        if self.job.adam:
            return torch.optim.Adam(self.w + self.b, lr=self.job.rate, eps=protocol.ADAM_EPSILON)
        return torch.optim.SGD(self.w + self.b, lr=self.job.rate)

    def weighted_sum(self, x):
        """z of the last layer."""
        for w, b in zip(self.w[:-1], self.b[:-1]):
            z = functional.linear(x, w, b)
            x = torch.relu_(z) if self.job.relu else torch.sigmoid(z)
        return functional.linear(x, self.w[-1], self.b[-1])

    def cost(self, x, y):
        z = self.weighted_sum(x)
        if self.job.relu:
            return functional.cross_entropy(z, y)
        return (torch.sigmoid(z) - y).square().sum() / self.job.batch

    def loss(self):
        with torch.no_grad():
            return self.cost(self.x[0], self.y[0]).item()

    def step(self):
        if not self.job.train:
            with torch.inference_mode():
                z = self.weighted_sum(self.x[0])
                return torch.softmax(z, 1) if self.job.relu else torch.sigmoid(z)
        self.optimizer.zero_grad()
        self.cost(self.x[self.next], self.y[self.next]).backward()
        self.optimizer.step()
        self.next = (self.next + 1) % self.job.batches
        return None

    def turn(self):
        self.step()


def versions():
    torch.set_num_threads(int(sys.argv[1]))
    return "PyTorch %s, Python %s" % (torch.__version__, sys.version.split()[0])


if __name__ == "__main__":
    protocol.main(versions, Network)
