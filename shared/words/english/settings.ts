/** @file Settings: the values of each, and those that do not fit together. */

export const settings = {
  "must-be": "{setting} must be {expects}, not {given}",
  "must-be-did-you-mean": "{setting} must be {expects}, not {given}; did you mean {word}?",
  "must-not-be-list": "{setting} must be {expects}, not a list",
  "setting-flaw": "{setting}: {reason}",
  "something-else": "the one given",
  "expects-integer": "a whole number (digits only)",
  "expects-integer-least": "a whole number from {min} (digits only)",
  "expects-integer-most": "a whole number up to {max} (digits only)",
  "expects-integer-between": "a whole number from {min} to {max} (digits only)",
  "expects-fraction": "at least 0 and below 1",
  "expects-positive": "a number above 0 (float32)",
  "expects-not-negative": "a number from 0 (float32)",
  "expects-function": "a function",
  "expects-effort": "above 0 and up to 1",
  "expects-share": "a number from 0 to 1",
  "expects-share-between": "a number above 0 and below 1",
  "expects-text": "a text",
  "expects-names": "names or numbers separated by commas",
  "not-for-dataset": "{setting} is not for dataset {chosen}; leave it out, or choose {owners}",
  "expects-either": "{word} or {expects}",
  "expects-one-of": "{words} or {last}",
  "expects-path": "a path",
  "expects-command": "a command",
  "expects-checkpoint-interval": "a number of epochs, or a text like 500steps or 10min",
  "expects-weights": "up to {most} numbers above 0 separated by commas, one for each class",
  "expects-steps": "up to {most} steps in ascending order, separated by commas",
  "expects-picture-size":
    "a width and a height in pixels up to {most}, like 64x48, or one number for both",
  "expects-moves": "flip, shift=PIXELS or crop=PIXELS, or several of them separated by commas",
  "augment-no-pictures":
    "{setting} changes pictures, but the samples of {dataset} are not pictures; leave it out",
  "augment-too-far":
    "{setting} is as large as the pictures; use less than {side}, their shorter side in pixels, or leave it out",
  "expects-model": "{names} (all but mlp may have settings: cnn:channels=32), or a list of layers",
  "expects-layers": "2 to 32 widths separated by commas, like 784,16,16,10",
  "expects-http-address": "an address that begins with http:// or https://",
  "expects-origins":
    "origins separated by commas, like https://train.example.org:8443, without a path",
  "expects-cluster":
    "the addresses of NATS servers, such as nats://10.0.0.1,10.0.0.2,10.0.0.3 or nats://user:password@host:4222/name",
  "expects-page-address":
    "an address like https://train.example.org or https://example.org/promedio",
  "expects-url-path": "a path like /promedio",
  "no-such-setting": "there is no setting {name}; leave it out",
  "not-open-to-pages":
    "{setting}: a page can choose {choices}; only the operator can name other data, where the coordinator is started",
  "layers-first":
    "{setting} does not fit {dataset}: its samples have {features} {features = 1 ? value : values}; begin with {width}",
  "layers-last": "{setting} does not fit {dataset}: it has {targets}; end with {width}",
  "too-many-parameters":
    "{setting} makes {parameters} parameters; a run has at most {parametersMax}, use narrower layers",
  "large-run":
    "{parameters} parameters take about {gigabytes} GB of memory here and {workerGigabytes} GB on each worker; every step sends {megabytes} MB to each worker and gets as much back; an epoch takes one core {minutes} {minutes = 1 ? minute : minutes} or more",
  "slow-shards":
    "the gradient of one shard takes a fast core {seconds} s, during which a worker answers nothing; one that is silent for {mostSeconds} s is disconnected, so slow workers will not get through: choose smaller shards or layers",
  "too-large-for-workers":
    "{gigabytes} GB would be needed in each worker's kernel, which has at most {most} GB: choose smaller layers, larger shards or fewer samples",
  "too-large-here":
    "{parameters} parameters take about {gigabytes} GB of memory here, and this machine has {most} GB: choose smaller layers",
  "large-run-question": "{cost}. Train it all the same?",
  "no-memory-for-layers": "{setting}: there is not enough memory for it; choose smaller layers",
  "batch-too-large":
    "{setting} is more than the {samples} training {samples = 1 ? sample : samples} of {dataset}; use at most {most}, or full",
  "shard-too-large":
    "{setting} is more than a batch of {samples} {samples = 1 ? sample : samples}; use at most {most}, or auto",
  "smoothing-needs-classes":
    "{setting} needs classes, and the targets are numbers or yes-no answers; leave it out",
  "weights-need-classes":
    "{setting} needs classes, and the targets are numbers or yes-no answers; leave it out",
  "weights-count":
    "{setting} must be one number for each of the {classes} classes, of which at most {most} can have weights",
  "freeze-all":
    "{setting} leaves nothing to train: the model has {layers} {layers = 1 ? layer : layers} with parameters; {layers = 1 ? leave it out : freeze fewer}",
  "restarts-outside":
    "{setting} must be steps from {least} to {most}, after the warm-up and before the run's end",
  "restart-outside":
    "{setting} must be {step}, the only step after the warm-up and before the run's end",
  "restarts-without-room":
    "{setting}: the run has {steps} {steps = 1 ? step : steps}, and none of them is left to restart at, after the warm-up and before the run's end; use more epochs, or leave it out",
  "warmup-too-long":
    "{setting} is not less than the run's {steps} {steps = 1 ? step : steps}; use fewer warm-up steps, or more epochs",
  "needs-gradient":
    "{setting} needs a gradient, which local-search does not compute; leave it out, or choose another optimizer",
  "needs-local-steps": "{setting} is for local steps; leave it out, or set {option}",
  "delayed-replicas":
    "{setting} does not go with {other}: replicas train long enough between exchanges; leave one of the two out",
  "local-steps-too-many":
    "{setting} is more than the {batches} {batches = 1 ? batch : batches} of an epoch, which always ends with an exchange; choose at most {batches}",
  "replicas-too-many":
    "{setting} is more than the samples of a batch, so some replicas would get none; choose at most {batchSize}",
  "not-for-optimizer": "{setting} is not for optimizer {chosen}; leave it out, or choose {owners}",
  "not-for-schedule": "{setting} is not for schedule {chosen}; leave it out, or choose {owners}",
  "loss-needs-output": "{loss} needs {needed} outputs, not {output}; use {needed}, or another loss",
  "loss-unfit": "{setting} does not fit {targets}; use {use}",
  "output-unfit": "{setting} does not fit {targets}; use {use}",
  "loss-needs-width": "{setting} needs one output per class; end the layers with {width}",
  "setting-with-value": "{setting} {value}",
  "expects-true-or-false": "true or false",
  "expects-token": "8 to 200 of the characters A-Z a-z 0-9 . _ ~ -",
  "expects-run-name": "1 to 40 of the characters A-Z a-z 0-9 _ -, not - first",
  "expects-worker-name": "1 to {lengthMax} printable characters",
  "expects-host": "a host name or an address",
  "expects-output": "an activation or a path",
  "expects-dataset-name": "the name of a dataset",
  "setting-dataset": "dataset",
  "setting-validation": "share for validation",
  "setting-model": "model",
  "setting-layers": "layers",
  "setting-activation": "hidden activation",
  "setting-outputActivation": "output activation",
  "setting-loss": "loss",
  "setting-reduction": "reduction",
  "setting-optimizer": "optimizer",
  "setting-learningRate": "learning rate",
  "setting-beta": "beta",
  "setting-beta1": "beta 1",
  "setting-beta2": "beta 2",
  "setting-epsilon": "epsilon",
  "setting-dampening": "dampening",
  "setting-decoupledDecay": "decoupled weight decay",
  "setting-candidates": "candidates",
  "setting-sigma": "sigma",
  "setting-schedule": "schedule",
  "setting-warmupSteps": "warm-up steps",
  "setting-decayEpochs": "epochs between decays",
  "setting-decayFactor": "decay factor",
  "setting-finalFraction": "final fraction of the rate",
  "setting-restarts": "restarts of the cosine",
  "setting-weightDecay": "weight decay",
  "setting-augment": "changes of the pictures",
  "setting-patience": "epochs of patience",
  "setting-labelSmoothing": "label smoothing",
  "setting-classWeights": "class weights",
  "setting-freeze": "frozen layers",
  "setting-l1": "L1 penalty",
  "setting-initWeights": "initial weights",
  "setting-clipNorm": "largest gradient norm",
  "setting-batchSize": "batch size",
  "setting-localSteps": "local steps",
  "setting-replicas": "replicas",
  "setting-outerLearningRate": "outer learning rate",
  "setting-outerMomentum": "outer momentum",
  "setting-delay": "delay of the gradient",
  "setting-shardSize": "shard size",
  "setting-epochs": "epochs",
  "setting-steps": "steps",
  "setting-seed": "seed",
  "setting-wire": "form on the wire",
  "expects-varied": "a setting and its values, such as optimizer=sgd,adam",
} as const;
