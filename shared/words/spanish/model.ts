/** @file A model: why its layers do not fit together, or do not fit the dataset or the loss. In Spanish. */
import type { model as english } from "../english/model.ts";
import { translationOf } from "../template.ts";

export const model = translationOf<typeof english>()({
  "model-inputs":
    "la primera capa toma {inputs} valores pero una muestra tiene {features}: usa una entrada de {features} valores",
  "model-outputs": "la última capa da {outputs} valores pero hay {classes} clases: da {classes}",
  "model-loss":
    "la pérdida {loss} necesita {needed} como última capa, es {last}: añade {needed}, o elige la pérdida mse o mae",
  "layer-misfit": "la capa {number} ({kind}) {reason}",
  "takes-a-vector": "toma un vector, no la forma [{shape}]",
  "no-parameters": "ninguna capa tiene parámetros; añade una que los tenga, como dense",
  "model-too-large":
    "tiene {parameters} parámetros; un entrenamiento tiene como mucho {parametersMax}",
  "model-of-file": "{path}: modelo: {reason}",
});
