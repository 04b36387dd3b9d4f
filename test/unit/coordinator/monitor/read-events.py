"""Prints what TensorBoard's own reader finds in the event files of a folder."""
import json
import sys

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.util import tensor_util

found = event_accumulator.EventAccumulator(sys.argv[1])
found.Reload()
tags = found.Tags()
texts = {}
for tag in tags["tensors"]:
    events = found.Tensors(tag)
    texts[tag] = [[e.step, tensor_util.make_ndarray(e.tensor_proto)[0].decode()] for e in events]
print(
    json.dumps(
        {
            "scalars": {t: [[e.wall_time, e.step, e.value] for e in found.Scalars(t)] for t in tags["scalars"]},
            "images": {t: [[e.step, e.width, e.height] for e in found.Images(t)] for t in tags["images"]},
            "texts": texts,
        }
    )
)
