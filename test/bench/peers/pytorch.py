"""PyTorch on the same task: cross-entropy over softmax, Adam, float32, batches in a random order. Batches are global: with
DDP each of the two processes has half of one. Prints nothing when PyTorch is not installed.

Argument, one of:
- JSON {"mode": "about"}: prints JSON {"name": version and the library that multiplies its matrices}.
- JSON {"mode": "single" | "ddp", "layers": [...], "batchSize": n, "seconds": s}: sigmoid layers, or the
  "network" that is named: cnn, six-convolutions or gpt. Made-up samples. Prints
  JSON {"perSecond": steps, "cpuMicros": CPU time of a step, all processes}.
- JSON {"mode": "accuracy", "layers": [...], "batchSize": n, "learningRate": r, "epochs": n, "mnist": folder}: ReLU layers
  and a cosine schedule over DDP. Prints JSON {"epochs": [{"seconds": of training so far, "testAccuracy": a}, ...]}.
"""

import gzip
import json
import math
import os
import sys
import time

# torch.set_num_threads does not reach the threads of OpenBLAS, which multiplies large matrices on all cores.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

try:
    import torch
    import torch.distributed as dist
    import torch.multiprocessing as mp
except ImportError:
    sys.exit(0)

PROCESSES = 2
SAMPLES = 60_000
WARM_UP_STEPS = 50


def network(layers, activation):
    modules = []
    for inputs, outputs in zip(layers, layers[1:]):
        modules += [torch.nn.Linear(inputs, outputs), activation()]
    return torch.nn.Sequential(*modules[:-1])


def cnn():
    """Two convolutions of 16 and 32 channels on 28 × 28, like the preset `cnn`."""
    nn = torch.nn
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(1568, 64), nn.ReLU(), nn.Linear(64, 10)),
    )


def six_convolutions():
    """Two of 32, two of 64 and two of 128 channels on 32 × 32 in colour, and the mean of each channel."""
    nn = torch.nn
    modules, before = [nn.Unflatten(1, (3, 32, 32))], 3
    for stage, channels in enumerate((32, 64, 128)):
        modules += [nn.MaxPool2d(2)] if stage > 0 else []
        modules += [nn.Conv2d(before, channels, 3, padding=1), nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU()]
        before = channels
    return nn.Sequential(*modules, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))


CONTEXT, VOCABULARY, WIDTH, HEADS, BLOCKS = 64, 65, 128, 4, 4


class Attention(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inputs = torch.nn.Linear(WIDTH, 3 * WIDTH)
        self.outputs = torch.nn.Linear(WIDTH, WIDTH)
        self.hidden = torch.ones(CONTEXT, CONTEXT).triu(1).bool()

    def forward(self, x):
        n = x.shape[0]
        q, k, v = (part.view(n, CONTEXT, HEADS, -1).transpose(1, 2) for part in self.inputs(x).chunk(3, 2))
        scores = (q @ k.transpose(2, 3)) / math.sqrt(WIDTH // HEADS)
        mixed = scores.masked_fill(self.hidden, -math.inf).softmax(3) @ v
        return self.outputs(mixed.transpose(1, 2).reshape(n, CONTEXT, WIDTH))


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.attention = nn.Sequential(nn.LayerNorm(WIDTH), Attention())
        self.within = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        x = x + self.attention(x)
        return x + self.within(x)


class Gpt(torch.nn.Module):
    """The preset `gpt`: the logits of the next token after each of 64."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Parameter(torch.randn(CONTEXT, WIDTH))
        self.blocks = nn.Sequential(*(Block() for _ in range(BLOCKS)), nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VOCABULARY))

    def forward(self, x):
        return self.blocks(self.tokens(x) + self.positions).transpose(1, 2)


def build(arguments):
    """The network that is asked for, and made-up samples and targets."""
    name = arguments.get("network")
    if name == "gpt":
        text = torch.randint(VOCABULARY, (SAMPLES // 10, CONTEXT + 1))
        return Gpt(), text[:, :-1].contiguous(), text[:, 1:].contiguous()
    if name is None:
        inputs, outputs = arguments["layers"][0], arguments["layers"][-1]
        model = network(arguments["layers"], torch.nn.Sigmoid)
    else:
        inputs, outputs = (784 if name == "cnn" else 3072), 10
        model = cnn() if name == "cnn" else six_convolutions()
    samples = SAMPLES if inputs == 784 else SAMPLES // 10
    return model, torch.rand(samples, inputs), torch.randint(outputs, (samples,))


def steps_at_a_time(arguments):
    """Where steps take long, few of them lie between two looks at the clock."""
    is_slow = "network" in arguments or arguments["batchSize"] * arguments["layers"][1] >= 512 * 512
    return 5 if is_slow else 50


def train(model, features, labels, batch, agree, warm_up_steps=WARM_UP_STEPS):
    """Steps and CPU seconds of this process until `agree` says that the time is over."""
    optimizer = torch.optim.Adam(model.parameters())
    loss = torch.nn.CrossEntropyLoss()
    count = len(features)
    order = torch.randperm(count)

    def step(index):
        first = index * batch % (count - batch + 1)
        chosen = order[first : first + batch]
        optimizer.zero_grad()
        loss(model(features[chosen]), labels[chosen]).backward()
        optimizer.step()

    # Small networks need many steps until they are as fast as they get; large ones are so after a few.
    warm_up = time.perf_counter()
    for index in range(warm_up_steps):
        step(index)
        if index >= 4 and not dist.is_initialized() and time.perf_counter() - warm_up > 1:
            break
    steps = 0
    started, cpu = time.perf_counter(), time.process_time()
    while not agree(steps, time.perf_counter() - started):
        step(steps)
        steps += 1
    return steps, time.perf_counter() - started, time.process_time() - cpu


def run_single(arguments):
    torch.set_num_threads(1)
    seconds = arguments["seconds"]
    model, features, labels = build(arguments)
    steps, elapsed, cpu = train(model, features, labels, arguments["batchSize"], lambda _, now: now >= seconds)
    print(json.dumps({"perSecond": steps / elapsed, "cpuMicros": 1e6 * cpu / steps}))


def join_group(rank, arguments):
    torch.set_num_threads(1)
    os.environ["MASTER_ADDR"] = "127.0.0.1"
    os.environ["MASTER_PORT"] = str(arguments["port"])
    dist.init_process_group("gloo", rank=rank, world_size=PROCESSES)


def leave_group():
    """
    Ends this process without destructors. In PyTorch 1.13 that of the group waits, with Python's lock, for a thread
    that waits for the lock: now and then a process never ended.
    """
    dist.barrier()
    sys.stdout.flush()
    os._exit(0)


def run_ddp(rank, arguments):
    join_group(rank, arguments)
    model, features, labels = build(arguments)
    model = torch.nn.parallel.DistributedDataParallel(model)

    def agree(steps, now):
        # Now and then both ask rank 0 whether to go on: they must make the same number of steps.
        if steps % steps_at_a_time(arguments) != 0:
            return False
        over = torch.tensor([1.0 if now >= arguments["seconds"] else 0.0])
        dist.broadcast(over, 0)
        return over.item() == 1.0

    steps, elapsed, cpu = train(model, features, labels, arguments["batchSize"] // PROCESSES, agree, steps_at_a_time(arguments))
    total = torch.tensor([cpu])
    dist.all_reduce(total)
    if rank == 0:
        print(json.dumps({"perSecond": steps / elapsed, "cpuMicros": 1e6 * total.item() / steps}))
    leave_group()


def run_accuracy(rank, arguments):
    """Seconds count training alone, its first step included, as in the trainer that this stands beside."""
    join_group(rank, arguments)
    layers, batch, epochs = arguments["layers"], arguments["batchSize"], arguments["epochs"]
    features, labels = mnist(arguments["mnist"], "train")
    test_features, test_labels = mnist(arguments["mnist"], "t10k")
    torch.manual_seed(1)
    model = torch.nn.parallel.DistributedDataParallel(network(layers, torch.nn.ReLU))
    optimizer = torch.optim.Adam(model.parameters(), lr=arguments["learningRate"])
    loss = torch.nn.CrossEntropyLoss()
    steps = math.ceil(len(labels) / batch)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps * epochs)
    seconds, ends = 0.0, []
    for _ in range(epochs):
        started = time.perf_counter()
        # The seed is the same in both processes, and so is the order.
        order = torch.randperm(len(labels))
        for first in range(0, len(labels), batch):
            chosen = order[first : first + batch].chunk(PROCESSES)[rank]
            optimizer.zero_grad()
            loss(model(features[chosen]), labels[chosen]).backward()
            optimizer.step()
            decay.step()
        seconds += time.perf_counter() - started
        with torch.no_grad():
            predicted = model.module(test_features).argmax(1)
        ends.append({"seconds": seconds, "testAccuracy": (predicted == test_labels).double().mean().item()})
    if rank == 0:
        print(json.dumps({"epochs": ends}))
    leave_group()


def mnist(folder, split):
    """Pictures with pixels in [0, 1], and labels."""

    def read(name, header):
        with gzip.open(os.path.join(folder, f"{split}-{name}-ubyte.gz")) as file:
            return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)

    pixels = read("images-idx3", 16).reshape(-1, 28 * 28)
    return pixels.float() / 255, read("labels-idx1", 8).long()


def about():
    """Where only the reference BLAS is installed, PyTorch is several times slower than it can be."""
    torch.rand(64, 64) @ torch.rand(64, 64)
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps}
    names = sorted("/".join(path.split("/")[-2:]) for path in paths if "blas" in os.path.basename(path))
    print(json.dumps({"name": f"{torch.__version__} with {', '.join(names) or 'a BLAS of its own'}"}))


def free_port():
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    if given["mode"] == "about":
        about()
    elif given["mode"] == "single":
        run_single(given)
    else:
        run = run_ddp if given["mode"] == "ddp" else run_accuracy
        mp.spawn(run, args=({**given, "port": free_port()},), nprocs=PROCESSES)
