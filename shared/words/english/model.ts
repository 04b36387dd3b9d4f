/** @file A model: why its layers do not fit together, or do not fit the dataset or the loss. */

export const model = {
  "model-inputs":
    "the first layer takes {inputs} values but a sample has {features}: use an input shape of {features} values",
  "model-outputs":
    "the last layer gives {outputs} values but there are {classes} classes: give {classes}",
  "model-loss":
    "loss {loss} needs {needed} as the last layer, got {last}: add {needed}, or choose loss mse or mae",
  "layer-misfit": "layer {number} ({kind}) {reason}",
  "takes-a-vector": "takes a vector, not the shape [{shape}]",
  "no-parameters": "no layer has parameters; add one that has, such as dense",
  "model-too-large": "it has {parameters} parameters; a run has at most {parametersMax}",
  "model-of-file": "{path}: model: {reason}",
} as const;
