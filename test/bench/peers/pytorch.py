"""PyTorch on the same task: sigmoid layers, cross-entropy over softmax, Adam, float32, random batches of one dataset.

Argument: JSON {"mode": "single" | "ddp", "layers": [...], "batchSize": n, "seconds": s}. Batches are global: with DDP
each of the two processes has half of one. Prints JSON {"perSecond": steps, "cpuMicros": CPU time of a step, all
processes}; prints nothing when PyTorch is not installed.
"""

import json
import os
import sys
import time

try:
    import torch
    import torch.distributed as dist
    import torch.multiprocessing as mp
except ImportError:
    sys.exit(0)

PROCESSES = 2
SAMPLES = 60_000
WARM_UP_STEPS = 50


def network(layers):
    modules = []
    for inputs, outputs in zip(layers, layers[1:]):
        modules += [torch.nn.Linear(inputs, outputs), torch.nn.Sigmoid()]
    return torch.nn.Sequential(*modules[:-1])


def train(model, arguments, batch, agree):
    """Steps and CPU seconds of this process until `agree` says that the time is over."""
    features = torch.rand(SAMPLES, arguments["layers"][0])
    labels = torch.randint(arguments["layers"][-1], (SAMPLES,))
    optimizer = torch.optim.Adam(model.parameters())
    loss = torch.nn.CrossEntropyLoss()
    order = torch.randperm(SAMPLES)

    def step(index):
        first = index * batch % (SAMPLES - batch + 1)
        chosen = order[first : first + batch]
        optimizer.zero_grad()
        loss(model(features[chosen]), labels[chosen]).backward()
        optimizer.step()

    for index in range(WARM_UP_STEPS):
        step(index)
    steps = 0
    started, cpu = time.perf_counter(), time.process_time()
    while not agree(steps, time.perf_counter() - started):
        step(steps)
        steps += 1
    return steps, time.perf_counter() - started, time.process_time() - cpu


def run_single(arguments):
    torch.set_num_threads(1)
    seconds = arguments["seconds"]
    model = network(arguments["layers"])
    steps, elapsed, cpu = train(model, arguments, arguments["batchSize"], lambda _, now: now >= seconds)
    print(json.dumps({"perSecond": steps / elapsed, "cpuMicros": 1e6 * cpu / steps}))


def run_ddp(rank, arguments):
    torch.set_num_threads(1)
    os.environ["MASTER_ADDR"] = "127.0.0.1"
    os.environ["MASTER_PORT"] = str(arguments["port"])
    dist.init_process_group("gloo", rank=rank, world_size=PROCESSES)
    model = torch.nn.parallel.DistributedDataParallel(network(arguments["layers"]))

    def agree(steps, now):
        # Every 50 steps both ask rank 0 whether to go on: they must make the same number of steps.
        if steps % 50 != 0:
            return False
        over = torch.tensor([1.0 if now >= arguments["seconds"] else 0.0])
        dist.broadcast(over, 0)
        return over.item() == 1.0

    steps, elapsed, cpu = train(model, arguments, arguments["batchSize"] // PROCESSES, agree)
    total = torch.tensor([cpu])
    dist.all_reduce(total)
    if rank == 0:
        print(json.dumps({"perSecond": steps / elapsed, "cpuMicros": 1e6 * total.item() / steps}))
    dist.destroy_process_group()


def free_port():
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    if given["mode"] == "single":
        run_single(given)
    else:
        mp.spawn(run_ddp, args=({**given, "port": free_port()},), nprocs=PROCESSES)
