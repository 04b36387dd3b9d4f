/** @file A model: why its layers do not fit together, or do not fit the dataset or the loss. In Spanish. */
import type { model as english } from "../english/model.ts";
import { translationOf } from "../template.ts";

export const model = translationOf<typeof english>()({
  "model-inputs":
    "la primera capa toma {inputs} {inputs = 1 ? valor : valores} pero una muestra tiene {features}: usa una entrada de {features} {features = 1 ? valor : valores}",
  "model-frozen":
    "congela {freeze} {freeze = 1 ? capa : capas}, pero {layers} {layers = 1 ? tiene : tienen} parámetros, y al menos una debe entrenarse",
  "model-sequence":
    "las capas dan [{found}] por muestra; un texto necesita [{needed}], las probabilidades del token siguiente en cada paso: termina con una capa dense de {count} unidades y softmax",
  "model-sees-ahead":
    "la atención ve los tokens que debe predecir; un texto necesita atención con causal 1",
  "model-outputs":
    "la última capa da {outputs} {outputs = 1 ? valor : valores} pero hay {targets}: da {width}",
  "model-loss":
    "la pérdida {loss} necesita {needed} como última capa, es {last}: añade {needed}, o elige la pérdida mse o mae",
  "model-targets": "aprendió {learned}, los datos tienen {found}",
  "model-loss-task": "la pérdida {loss} no vale para {targets}: elige {losses}",
  "softmax-alone": "softmax con una sola salida siempre da 1: pon dos salidas, o usa sigmoid",
  "targets-classes": "{count} {count = 1 ? clase : clases}",
  "targets-tokens": "{count} tokens distintos",
  "targets-values": "{count} {count = 1 ? número : números} por muestra",
  "targets-flags": "{count} {count = 1 ? respuesta : respuestas} de sí o no por muestra",
  "augment-size":
    "las imágenes que se cambian tienen {size} valores, pero una muestra tiene {features}: usa la forma de las muestras",
  "layer-misfit": "la capa {number} ({kind}) {reason}",
  "layers-missing": "una lista de capas tiene al menos una; escríbela así: {example}",
  "layer-form": "la capa {number} no tiene kind: escríbela así, {example}, no {given}",
  "layer-kind": "capa {number}: no hay ninguna clase {kind}; elige {kinds}",
  "layer-kind-did-you-mean": "capa {number}: no hay ninguna clase {kind}; ¿querías decir {word}?",
  "layer-batch-norm":
    "capa {number}: no hay normalización por lotes, porque su resultado depende de qué muestras comparten un fragmento; usa group-norm o layer-norm",
  "layer-stranger": "no tiene ningún ajuste {setting}; sus ajustes son {settings}",
  "layer-without-settings": "no tiene ajustes; quita {setting}",
  "layer-lacks": "necesita además {settings}",
  "layer-setting": "tiene {setting} {given}, que debe ser {expects}",
  "expects-list-of-layers": "una lista de capas",
  "mlp-without-settings":
    "mlp no tiene ajustes aquí; da sus anchos como layers, por ejemplo 784,64,10",
  "preset-stranger": "{preset} no tiene ningún ajuste {setting}; sus ajustes son {settings}",
  "preset-twice": "{preset} tiene {setting} dos veces; quita una",
  "preset-setting": "{preset} tiene {setting} {given}, que debe ser {expects}",
  "takes-a-vector": "toma un vector, no la forma [{shape}]",
  "takes-a-picture": "toma una imagen [alto, ancho, canales], no la forma [{shape}]",
  "window-too-large":
    "tiene una ventana de {size} × {size}, más que su entrada de {height} × {width}: usa una menor",
  "groups-of-channels":
    "no puede repartir {channels} canales en {groups} grupos iguales: elige un divisor de {channels}",
  "no-projection":
    "suma su entrada [{input}] a una salida [{output}], que ninguna proyección iguala: conserva la forma o divide el tamaño de la imagen",
  "model-unfit": "{setting} no encaja con {dataset}: {reason}",
  "only-for-mlp": "{setting} es del modelo mlp, no de {model}: quítalo",
  "output-of-list": "{setting} no es el final de la lista de capas, que es {output}: quítalo",
  "model-too-long":
    "tiene demasiadas capas: un modelo tiene como mucho 100, en dos niveles como mucho, y 2.500 caracteres",
  "summary-layer": "capa",
  "summary-shape": "forma de la salida",
  "summary-parameters": "parámetros",
  "summary-multiply-adds": "productos y sumas por muestra",
  "summary-input": "entrada",
  "summary-total": "total",
  "summary-count": "{count}",
  "summary-step": "cada paso envía {size} a cada ayudante y recibe lo mismo por cada bloque",
  "summary-step-search":
    "cada paso envía {size} a cada ayudante y recibe un número por cada candidato",
  "summary-step-local":
    "cada paso, de al menos {batches} {batches = 1 ? lote : lotes}, envía {size} a cada ayudante y recibe lo mismo: {times} veces menos bytes que sin pasos locales",
  "takes-a-sequence": "toma una secuencia [pasos, ancho], no la forma [{shape}]",
  "takes-tokens": "toma los números de los tokens de un texto [pasos], no la forma [{shape}]",
  "heads-of-width":
    "no puede repartir un ancho de {width} en {heads} cabezas iguales: elige un divisor de {width}",
  "takes-vectors":
    "toma un vector o una secuencia [pasos, ancho], no la forma [{shape}]: pon flatten delante",
  "no-parameters": "ninguna capa tiene parámetros; añade una que los tenga, como dense",
  "model-too-large":
    "tiene {parameters} parámetros; un entrenamiento tiene como mucho {parametersMax}",
  "weight-name": "capa {layer}, {input} → neurona {neuron}",
  "bias-name": "capa {layer}, sesgo de la neurona {neuron}",
  "target-weight-name": "capa {layer}, {input} → {target}",
  "target-bias-name": "capa {layer}, sesgo de {target}",
  "tensor-name": "capa {layer}, {tensor} {place}",
  "pixel-name": "píxel {row},{column}",
  "red-pixel-name": "rojo del píxel {row},{column}",
  "green-pixel-name": "verde del píxel {row},{column}",
  "blue-pixel-name": "azul del píxel {row},{column}",
  "named-feature": "{feature}",
  "feature-name": "columna {number}",
  "neuron-name": "neurona {number}",
  "short-weight-name": "C{layer} {input}→{neuron}",
  "short-bias-name": "C{layer} sesgo {neuron}",
  "short-target-weight-name": "C{layer} {input}→{target}",
  "short-target-bias-name": "C{layer} sesgo {target}",
  "short-tensor-name": "C{layer} {tensor} {place}",
  "short-pixel-name": "{row},{column}",
  "short-red-pixel-name": "{row},{column}r",
  "short-green-pixel-name": "{row},{column}v",
  "short-blue-pixel-name": "{row},{column}a",
  "short-name": "{number}",
  "model-of-file": "{path}: modelo: {reason}",
});
