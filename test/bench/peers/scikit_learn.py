"""Trains scikit-learn's multi-layer perceptron on a dataset in canonical form, and prints its figure for the test
split. Prints nothing if scikit-learn is not installed."""

import json
import sys
import warnings

try:
    import numpy
    import sklearn
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor
except ImportError:
    sys.exit(0)


def tensors(path):
    """The tensors of a safetensors file by name."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        data = file.read()
    types = {"F32": "<f4", "U8": "<u1", "U16": "<u2"}
    found = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        values = numpy.frombuffer(data[start:end], dtype=types[entry["dtype"]])
        found[name] = values.reshape(entry["shape"])
    return found


def main(hidden, batchSize, learningRate, epochs, rounds):
    """One figure per round: accuracy of classes, RMSE (in standard deviations) of values."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    figures = []
    for round in rounds:
        data = tensors(round["path"])
        is_classes = "train.labels" in data
        kind = MLPClassifier if is_classes else MLPRegressor
        targets = "labels" if is_classes else "targets"
        model = kind(
            hidden_layer_sizes=hidden,
            activation="relu",
            solver="adam",
            alpha=0,
            batch_size=batchSize,
            learning_rate_init=learningRate,
            max_iter=epochs,
            tol=0,
            n_iter_no_change=epochs,
            random_state=round["seed"],
        )
        model.fit(data["train.features"], data["train." + targets].squeeze())
        answers = model.predict(data["test.features"])
        wanted = data["test." + targets].squeeze()
        if is_classes:
            figures.append(float((answers == wanted).mean()))
        else:
            figures.append(float(numpy.sqrt(((answers - wanted) ** 2).mean())))
    print(json.dumps({"name": "scikit-learn " + sklearn.__version__, "figures": figures}))


main(**json.loads(sys.argv[1]))
