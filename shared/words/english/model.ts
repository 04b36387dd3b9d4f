/**
 * @file A model: why its layers do not fit together, or do not fit the dataset or the loss; and the names of its
 * parameters.
 */

export const model = {
  "model-inputs":
    "the first layer takes {inputs} {inputs = 1 ? value : values} but a sample has {features}: use an input shape of {features} {features = 1 ? value : values}",
  "model-frozen":
    "it freezes {freeze} {freeze = 1 ? layer : layers}, but {layers} {layers = 1 ? has : have} parameters, and at least one must be trained",
  "model-sequence":
    "the layers give [{found}] for each sample; a text needs [{needed}], the next token's probabilities at each step: end with a dense layer of {count} units and softmax",
  "model-sees-ahead":
    "attention sees the tokens that it is to predict; a text needs attention with causal 1",
  "model-outputs":
    "the last layer gives {outputs} {outputs = 1 ? value : values} but there are {targets}: give {width}",
  "model-loss":
    "loss {loss} needs {needed} as the last layer, got {last}: add {needed}, or choose loss mse or mae",
  "model-targets": "it learned {learned}, the data have {found}",
  "model-loss-task": "loss {loss} does not fit {targets}: choose {losses}",
  "softmax-alone": "softmax over one output is always 1: give two outputs, or use sigmoid",
  "targets-classes": "{count} {count = 1 ? class : classes}",
  "targets-tokens": "{count} different tokens",
  "targets-values": "{count} {count = 1 ? number : numbers} per sample",
  "targets-flags": "{count} yes-or-no {count = 1 ? answer : answers} per sample",
  "augment-size":
    "the pictures that are changed have {size} values, but a sample has {features}: use the shape of the samples",
  "layer-misfit": "layer {number} ({kind}) {reason}",
  "layers-missing": "a list of layers has at least one; write it like {example}",
  "layer-form": "layer {number} has no kind: write it like {example}, not {given}",
  "layer-kind": "layer {number}: there is no kind {kind}; choose {kinds}",
  "layer-kind-did-you-mean": "layer {number}: there is no kind {kind}; did you mean {word}?",
  "layer-batch-norm":
    "layer {number}: there is no batch normalisation, whose result depends on which samples share a shard; use group-norm or layer-norm",
  "layer-stranger": "has no setting {setting}; its settings are {settings}",
  "layer-without-settings": "has no settings; leave {setting} out",
  "layer-lacks": "also needs {settings}",
  "layer-setting": "has {setting} {given}, which must be {expects}",
  "expects-list-of-layers": "a list of layers",
  "mlp-without-settings": "mlp has no settings here; give its widths as layers, like 784,64,10",
  "preset-stranger": "{preset} has no setting {setting}; its settings are {settings}",
  "preset-twice": "{preset} has {setting} twice; leave one out",
  "preset-setting": "{preset} has {setting} {given}, which must be {expects}",
  "takes-a-vector": "takes a vector, not the shape [{shape}]",
  "takes-a-picture": "takes a picture [height, width, channels], not the shape [{shape}]",
  "window-too-large":
    "has a window of {size} × {size} places, more than its input of {height} × {width}: use a smaller one",
  "groups-of-channels":
    "cannot divide {channels} channels into {groups} groups of equal size: choose a divisor of {channels}",
  "no-projection":
    "adds its input of [{input}] to an output of [{output}], which no projection brings together: keep the shape, or divide the picture's size",
  "model-unfit": "{setting} does not fit {dataset}: {reason}",
  "only-for-mlp": "{setting} belongs to model mlp, not to {model}: leave it out",
  "output-of-list": "{setting} is not how the list of layers ends, with {output}: leave it out",
  "model-too-long":
    "it has too many layers: a model has at most 100, in at most two levels, and 2,500 characters",
  "summary-layer": "layer",
  "summary-shape": "output shape",
  "summary-parameters": "parameters",
  "summary-multiply-adds": "multiply-adds per sample",
  "summary-input": "input",
  "summary-total": "total",
  "summary-count": "{count}",
  "summary-step": "a step sends {size} to each worker and gets as much back for each block",
  "summary-step-search":
    "a step sends {size} to each worker and gets one number back for each candidate",
  "summary-step-local":
    "a step of at least {batches} {batches = 1 ? batch : batches} sends {size} to each worker and gets as much back: {times} times fewer bytes than without local steps",
  "takes-a-sequence": "takes a sequence [steps, width], not the shape [{shape}]",
  "takes-tokens": "takes the token ids of a text [steps], not the shape [{shape}]",
  "heads-of-width":
    "cannot divide a width of {width} into {heads} heads of equal size: choose a divisor of {width}",
  "takes-vectors":
    "takes a vector or a sequence [steps, width], not the shape [{shape}]: put flatten before it",
  "no-parameters": "no layer has parameters; add one that has, such as dense",
  "model-too-large": "it has {parameters} parameters; a run has at most {parametersMax}",
  "weight-name": "layer {layer}, {input} → neuron {neuron}",
  "bias-name": "layer {layer}, bias of neuron {neuron}",
  "target-weight-name": "layer {layer}, {input} → {target}",
  "target-bias-name": "layer {layer}, bias of {target}",
  "tensor-name": "layer {layer}, {tensor} {place}",
  "pixel-name": "pixel {row},{column}",
  "red-pixel-name": "red of pixel {row},{column}",
  "green-pixel-name": "green of pixel {row},{column}",
  "blue-pixel-name": "blue of pixel {row},{column}",
  "named-feature": "{feature}",
  "feature-name": "feature {number}",
  "neuron-name": "neuron {number}",
  "short-weight-name": "L{layer} {input}→{neuron}",
  "short-bias-name": "L{layer} bias {neuron}",
  "short-target-weight-name": "L{layer} {input}→{target}",
  "short-target-bias-name": "L{layer} bias {target}",
  "short-tensor-name": "L{layer} {tensor} {place}",
  "short-pixel-name": "{row},{column}",
  "short-red-pixel-name": "{row},{column}r",
  "short-green-pixel-name": "{row},{column}g",
  "short-blue-pixel-name": "{row},{column}b",
  "short-name": "{number}",
  "model-of-file": "{path}: model: {reason}",
} as const;
