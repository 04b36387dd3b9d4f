"""A worker that knows only shared/protocol/README.md and shared/protocol/ARITHMETIC.md, in Python, to show that the
two pages are enough. It computes what they say, slowly, and prints a line when a run ends.

Usage: worker.py JOIN_URL [NAME]
"""

import asyncio
import hashlib
import http.client
import json
import random
import sys
import time
import urllib.request
from urllib.parse import parse_qs, urlsplit

import msgpack
import numpy as np
import websockets
from arithmetic import Network, Random, changed_picture, f32, permutation, self_test
from forms import Float32, layouts
from int8 import digest
from replicas import Replicas

PROTOCOL = 7


def encode(header, tensor=b""):
    bin32 = b"\xc6" + len(tensor).to_bytes(4, "big") + tensor
    return msgpack.packb(header) + (bin32 if tensor else b"")


def decode(message):
    unpacker = msgpack.Unpacker(max_buffer_size=len(message))
    unpacker.feed(message)
    header, *rest = unpacker
    return header, rest[0] if rest else None


SLICE = 0xC6  # The first byte of a message that is a slice of a tensor.


async def messages(socket):
    """Headers and tensors. A tensor that comes in slices is joined; one that is given up is dropped with its header."""
    waiting, slices, missing = None, [], 0
    async for message in socket:
        if message[0] == SLICE:
            slices.append(message[5:])
            missing -= len(slices[-1])
            if not slices[-1]:
                waiting = None
            elif missing == 0:
                yield waiting, b"".join(slices)
            continue
        header, tensor = decode(message)
        if tensor is None and header["type"] in ("work", "update", "evaluate"):
            waiting, slices, missing = header, [], int.from_bytes(message[-4:], "big")
        else:
            yield header, tensor


def fetch(base, path, token=None):
    request = urllib.request.Request(base + path)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.read()


def read_safetensors(data):
    size = int.from_bytes(data[:8], "little")
    tensors = json.loads(data[8 : 8 + size])
    del tensors["__metadata__"]
    types = {"U8": np.uint8, "U16": np.uint16, "F32": np.float32}

    def read(spec):
        start, end = (8 + size + offset for offset in spec["data_offsets"])
        return np.frombuffer(data[start:end], types[spec["dtype"]]).reshape(spec["shape"])

    return {name: read(spec) for name, spec in tensors.items()}


class Split:
    def __init__(self, tensors, name, steps):
        self.tokens = tensors.get(f"{name}.tokens")
        self.steps = steps
        if self.tokens is not None:
            self.count = (len(self.tokens) - (steps if name == "train" else 1)) // steps
            return
        features = tensors[f"{name}.features"]
        self.count = len(features)
        self.features = features.reshape(self.count, -1)
        targets = f"{name}.targets"
        self.targets = tensors[targets if targets in tensors else f"{name}.labels"]

    def samples(self, order, offset=0):
        """Samples and targets; of a text, windows that are moved by the offset."""
        if self.tokens is not None:
            places = offset + order[:, None] * self.steps + np.arange(self.steps)
            return self.tokens[places].astype(f32), self.tokens[places + 1]
        drawn = self.features[order]
        if drawn.dtype == np.uint8:
            drawn = (drawn / 255).astype(f32)
        return drawn, self.targets[order]


def add(left, right):
    return tuple(a + b for a, b in zip(left, right, strict=True))


def as_it_is(value, start, end):
    return value


def tree_sum(leaf, start, end, node=as_it_is):
    """The value of the node over [start, end): left + right, of which `node` makes what the run's form asks."""
    if end - start == 1:
        return node(leaf(start), start, end)
    middle = start + (1 << ((end - start - 1).bit_length() - 1))
    both = add(tree_sum(leaf, start, middle, node), tree_sum(leaf, middle, end, node))
    return node(both, start, end)


class Run:
    def __init__(self, name, config, data):
        if hashlib.sha256(data).hexdigest() != config["dataset"]["sha256"]:
            raise ValueError("another dataset")
        tensors = read_safetensors(data)
        self.name = name
        self.config = config
        names = {name.split(".")[0] for name in tensors}
        self.steps = int(config["model"]["inputShape"][0])
        self.splits = {name: Split(tensors, name, self.steps) for name in names}
        self.train = self.splits["train"]
        self.network = Network(config["model"], config["loss"]["name"], config["task"])
        self.network.smoothing = f32(self.config["labelSmoothing"])
        if self.config["classWeights"] is not None:
            self.network.weights = np.array(self.config["classWeights"], f32)
        self.batch_size = int(config["batchSize"])
        self.shard_size = int(config["shardSize"])
        self.seed = int(config["seed"])
        self.wire = config["wire"]
        self.form, self.point_form = layouts(self.wire, self.network.count)
        self.held = None
        self.epoch = -1
        self.replicas = None
        if config["localSteps"] is not None:
            frozen = self.network.frozen_count(int(config["freeze"]))
            self.replicas = Replicas(config, self.train.count, self.sum_over, frozen)

    def point(self, kind, header, tensor):
        """The point of a message, or `None` if the update does not lead to it. That of the last step is kept."""
        tensors = 1 + self.replicas.state_tensors if kind == "replica" else 1
        count = self.network.count
        is_update = header["type"] == "update"
        form = self.form if is_update else self.point_form
        point = form.unpack(tensor, tensors * count)
        if header["type"] == "evaluate" or self.wire != "int8":
            return point
        if is_update and self.held is None:
            return None
        if is_update and digest(self.held) == header["digest"]:
            point[:count] = self.held
        elif is_update:
            point[:count] += self.held
            if digest(point[:count]) != header["digest"]:
                return None
        self.held = point[:count].copy()
        return point

    def tensor(self, kind, values):
        form = self.form if kind in ("gradient", "replica") else Float32
        return form.pack(values)

    def batch(self, step):
        count = self.train.count
        epoch, batch = divmod(step, -(-count // self.batch_size))
        if epoch != self.epoch:
            self.order = permutation(count, self.seed, epoch)
            moves = self.train.tokens is not None
            self.offset = Random(self.seed, epoch, 1).below(self.steps) if moves else 0
            self.epoch = epoch
        return self.order[batch * self.batch_size : (batch + 1) * self.batch_size]

    def shard(self, samples, index):
        return samples[index * self.shard_size : (index + 1) * self.shard_size]

    def compute(self, kind, step, block, parameters):
        """The fields and the tensor of the answer."""
        if kind == "gradient":
            return self.gradient(step, block, parameters)
        if kind == "candidates":
            return self.candidates(step, block, parameters)
        if kind == "replica":
            return self.replica(step, block, parameters)
        return self.evaluation(self.splits[kind], block, parameters)

    def trained(self, step, order):
        """Samples and targets as a step of training sees them, and what masks of dropout depend on."""
        features, targets = self.train.samples(order, self.offset)
        augment = self.config["augment"]
        training = (self.seed, step, order)
        if augment is None:
            return features, targets, training
        changed = [
            changed_picture(row, augment, Random(self.seed, step, int(sample), 1))
            for row, sample in zip(features, order, strict=True)
        ]
        return np.stack(changed), targets, training

    def node_of(self, step):
        def node(value, start, end):
            return (self.form.rounded(value[0], self.seed, step, start, end), *value[1:])

        return node

    def gradient(self, step, block, parameters):
        samples, node = self.batch(step), self.node_of(step)
        values, loss_sum, correct = self.sum_over(step, samples, parameters, block, node)
        return {"lossSum": loss_sum, "correct": correct}, values

    def sum_over(self, step, samples, parameters, block=None, node=as_it_is):
        """Gradient, lossSum and correct of a block of the shards of some samples, or of all."""

        def leaf(index):
            drawn = self.trained(step, self.shard(samples, index))
            values, *sums = self.network.gradient(parameters, *drawn)
            values[: self.network.frozen_count(int(self.config["freeze"]))] = 0
            return values, *sums

        whole = (0, -(-len(samples) // self.shard_size))
        return tree_sum(leaf, *(block or whole), node)

    def replica(self, step, block, tensor):
        state = tensor.reshape(-1, self.network.count)

        def leaf(index):
            ended, *sums = self.replicas.train(index, step, state, self.batch)
            if self.wire != "float32":
                ended[: self.network.count] -= state[0]
            return ended, *sums

        values, loss_sum, correct = tree_sum(leaf, *block, self.node_of(step))
        return {"lossSum": loss_sum, "correct": correct}, values

    def evaluation(self, split, block, parameters):
        order = np.arange(split.count)

        def leaf(index):
            drawn = split.samples(self.shard(order, index))
            return self.network.evaluation(parameters, *drawn)

        values, loss_sum, correct = tree_sum(leaf, *block)
        return {"lossSum": loss_sum, "correct": correct}, values

    def candidates(self, step, block, parameters):
        batch = self.batch(step)
        shards = -(-len(batch) // self.shard_size)

        def cost(candidate):
            point = self.neighbour(parameters, step, candidate)

            def leaf(index):
                drawn = self.trained(step, self.shard(batch, index))
                return (self.network.run(point, *drawn)[1],)

            return tree_sum(leaf, 0, shards)[0]

        return {}, np.array([cost(candidate) for candidate in range(*block)]).astype(f32)

    def neighbour(self, parameters, step, candidate):
        if candidate == 0:
            return parameters
        random = Random(self.seed, step, candidate)
        noise = np.array([random.normal() for _ in range(len(parameters))])
        return parameters + f32(self.config["optimizer"]["sigma"]) * noise


def answers(run, header, tensor):
    kind = header["split"] if header["type"] == "evaluate" else header["kind"]
    parameters = run.point(kind, header, tensor)
    if parameters is None:
        reason = {"code": "quoted", "values": {"text": "another point"}}
        yield encode({"type": "pause", "reason": reason})
        yield encode({"type": "resume"})
        return
    answer = {"gradient": "gradient", "candidates": "costs", "replica": "replica"}.get(kind, "evaluation")
    step = int(header["step"])
    for block in header["blocks"]:
        start = time.monotonic()
        start_end = [int(end) for end in block]
        fields, values = run.compute(kind, step, start_end, parameters)
        if answer == "evaluation":
            fields["split"] = kind
        about = {"run": run.name, "step": step, "block": start_end}
        if not np.isfinite(values).all():
            reason = {"code": "quoted", "values": {"text": "the result is not finite"}}
            yield encode({"type": "failed", **about, "reason": reason})
            continue
        ms = 1000 * (time.monotonic() - start)
        head = {"type": answer, **about, "computeMs": ms, **fields}
        yield encode(head, run.tensor(kind, values))


async def work(join_url, name, place):
    """Works until the socket closes. Returns its status. Keeps the welcome's session in `place`, however it ends."""
    parts = urlsplit(join_url)
    base = f"{parts.scheme}://{parts.netloc}"
    token = parse_qs(parts.fragment).get("token", [""])[0]
    kernel = hashlib.sha256(fetch(base, "/kernel.wasm")).hexdigest()
    bits = self_test()
    url = base.replace("http", "ws", 1) + "/worker"
    run = None
    async with websockets.connect(url, max_size=None, compression=None) as socket:
        hello = {"protocol": PROTOCOL, "token": token, "name": name, "kind": "node"}
        about = {"agent": "Python", "threads": 1, "kernel": kernel, **place}
        await socket.send(encode({"type": "hello", **hello, **about}))
        async for header, tensor in messages(socket):
            if header["type"] == "welcome":
                place["session"] = header["session"]
            elif header["type"] == "run":
                data = fetch(base, header["dataset"], token)
                run = Run(header["run"], header["config"], data)
                ready = {"run": run.name, "selfTest": bits, "samplesPerSecond": 0}
                await socket.send(encode({"type": "ready", **ready}))
            elif header["type"] in ("work", "update", "evaluate") and run and header["run"] == run.name:
                for answer in answers(run, header, tensor):
                    await socket.send(answer)
            elif header["type"] in ("end", "error"):
                print(json.dumps(header), flush=True)
    return socket.close_code


async def keep_working(join_url, name):
    """
    Comes back after a close that is no refusal, with the waits of the page: the run may be resumed at the same
    address. Gives up when nobody has been there in 20 tries.
    """
    attempt, place = 0, {"session": ""}
    while attempt < 20:
        begun = time.monotonic()
        try:
            code = await work(join_url, name, place)
        except websockets.ConnectionClosed as closed:
            # While it was sending. 1001 counts as an orderly close for the library, so no ConnectionClosedError.
            code = closed.code
        except (OSError, http.client.HTTPException, websockets.InvalidHandshake):
            # Nobody listens, or it is just ending: the coordinator may be starting.
            code = 1006
        if code not in (1001, 1006, 1012):
            return code
        if time.monotonic() - begun > 5:
            attempt = 0
        await asyncio.sleep(random.uniform(0, min(4, 0.25 * 2**attempt)))
        attempt += 1
    return 1000


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        status = asyncio.run(keep_working(sys.argv[1], *(sys.argv[2:3] or ["python"])))
        sys.exit(0 if status == 1000 else f"closed: {status}")
