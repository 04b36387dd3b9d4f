/** @file Settings: the values of each, and those that do not fit together. In Spanish. */
import type { settings as english } from "../english/settings.ts";
import { translationOf } from "../template.ts";

export const settings = translationOf<typeof english>()({
  "must-be": "{setting} debe ser {expects}, no {given}",
  "must-be-did-you-mean": "{setting} debe ser {expects}, no {given}; ¿quizás {word}?",
  "must-not-be-list": "{setting} debe ser {expects}, no una lista",
  "setting-flaw": "{setting}: {reason}",
  "something-else": "el valor dado",
  "expects-integer": "un número entero (solo cifras)",
  "expects-integer-least": "un número entero desde {min} (solo cifras)",
  "expects-integer-most": "un número entero hasta {max} (solo cifras)",
  "expects-integer-between": "un número entero de {min} a {max} (solo cifras)",
  "expects-fraction": "al menos 0 y menos de 1",
  "expects-positive": "un número mayor que 0 (float32)",
  "expects-not-negative": "un número desde 0 (float32)",
  "expects-function": "una función",
  "expects-effort": "mayor que 0 y hasta 1",
  "expects-share": "un número de 0 a 1",
  "expects-share-between": "un número mayor que 0 y menor que 1",
  "expects-text": "un texto",
  "expects-names": "nombres o números separados por comas",
  "not-for-dataset": "{setting} no es para los datos {chosen}; quítalo, o elige {owners}",
  "expects-either": "{word} o {expects}",
  "expects-one-of": "{words} o {last}",
  "expects-path": "una ruta",
  "expects-command": "un comando",
  "expects-checkpoint-interval": "un número de épocas, o un texto como 500steps o 10min",
  "expects-weights": "hasta {most} números mayores que 0 separados por comas, uno por clase",
  "expects-steps": "hasta {most} pasos en orden creciente, separados por comas",
  "expects-picture-size":
    "un ancho y un alto en píxeles de hasta {most}, como 64x48, o un número para ambos",
  "expects-moves": "flip, shift=PÍXELES o crop=PÍXELES, o varios separados por comas",
  "augment-no-pictures":
    "{setting} cambia imágenes, y las muestras de {dataset} no lo son; omítelo",
  "augment-too-far":
    "{setting} es tan grande como las imágenes; usa menos de {side}, su lado más corto en píxeles, u omítelo",
  "expects-model":
    "{names} (todos menos mlp admiten ajustes: cnn:channels=32), o una lista de capas",
  "expects-layers": "de 2 a 32 anchos separados por comas, como 784,16,16,10",
  "expects-http-address": "una dirección que empiece por http:// o https://",
  "expects-origins": "orígenes separados por comas, como https://train.example.org:8443, sin ruta",
  "expects-cluster":
    "las direcciones de servidores NATS, como nats://10.0.0.1,10.0.0.2,10.0.0.3 o nats://usuario:clave@host:4222/nombre",
  "expects-page-address":
    "una dirección como https://train.example.org o https://example.org/promedio",
  "expects-url-path": "una ruta como /promedio",
  "no-such-setting": "no existe el ajuste {name}; quítalo",
  "not-open-to-pages":
    "{setting}: desde una página se puede elegir {choices}; otros datos solo los nombra el operador al arrancar el coordinador",
  "layers-first":
    "{setting} no cuadra con {dataset}: sus muestras tienen {features} {features = 1 ? valor : valores}; empieza con {width}",
  "layers-last": "{setting} no cuadra con {dataset}: tiene {targets}; termina con {width}",
  "too-many-parameters":
    "{setting} da {parameters} parámetros; el máximo es {parametersMax}, usa capas más estrechas",
  "large-run":
    "{parameters} parámetros ocupan unos {gigabytes} GB de memoria aquí y {workerGigabytes} GB en cada ayudante; cada paso envía {megabytes} MB a cada ayudante y recibe otro tanto; una época ocupa un núcleo {minutes} {minutes = 1 ? minuto : minutos} o más",
  "slow-shards":
    "el gradiente de un fragmento ocupa un núcleo rápido {seconds} s, en los que un ayudante no responde; tras {mostSeconds} s de silencio se desconecta al ayudante, así que los lentos no llegarán a terminar: elige fragmentos o capas más pequeños",
  "too-large-for-workers":
    "harían falta {gigabytes} GB en el núcleo de cada ayudante, que tiene {most} GB como máximo: elige capas más pequeñas, fragmentos más grandes o menos muestras",
  "too-large-here":
    "{parameters} parámetros ocupan unos {gigabytes} GB de memoria aquí, y este equipo tiene {most} GB: elige capas más pequeñas",
  "large-run-question": "{cost}. ¿Entrenarlo de todos modos?",
  "no-memory-for-layers": "{setting}: no hay memoria para tanto; elige capas más pequeñas",
  "batch-too-large":
    "{setting} supera {samples = 1 ? la : las} {samples} {samples = 1 ? muestra : muestras} de entrenamiento de {dataset}; usa como mucho {most}, o full",
  "shard-too-large":
    "{setting} supera un lote de {samples} {samples = 1 ? muestra : muestras}; usa como mucho {most}, o auto",
  "smoothing-needs-classes":
    "{setting} necesita clases, y los objetivos son números o respuestas de sí o no; quítalo",
  "weights-need-classes":
    "{setting} necesita clases, y los objetivos son números o respuestas de sí o no; quítalo",
  "weights-count":
    "{setting} debe tener un número por cada una de las {classes} clases, y como mucho {most} pueden tener pesos",
  "freeze-all":
    "{setting} no deja nada que entrenar: el modelo tiene {layers} {layers = 1 ? capa : capas} con parámetros; {layers = 1 ? omítelo : congela menos}",
  "restarts-outside":
    "{setting} deben ser pasos de {least} a {most}, tras el calentamiento y antes del final",
  "restart-outside":
    "{setting} debe ser {step}, el único paso tras el calentamiento y antes del final",
  "restarts-without-room":
    "{setting}: el entrenamiento tiene {steps} {steps = 1 ? paso : pasos}, y entre el calentamiento y el final no queda ninguno donde reiniciar; usa más épocas, u omítelo",
  "warmup-too-long":
    "{setting} no es menor que {steps = 1 ? el : los} {steps} {steps = 1 ? paso : pasos} del entrenamiento; usa menos pasos de calentamiento, o más épocas",
  "needs-gradient":
    "{setting} necesita un gradiente, que local-search no calcula; quítalo, o elige otro optimizador",
  "needs-local-steps": "{setting} es para pasos locales; quítalo, o pon {option}",
  "delayed-replicas":
    "{setting} no se combina con {other}: las réplicas ya entrenan bastante tiempo entre intercambios; quita uno de los dos",
  "local-steps-too-many":
    "{setting} es más que {batches} {batches = 1 ? lote : lotes}, los de una época, que siempre acaba con un intercambio; elige como mucho {batches}",
  "replicas-too-many":
    "{setting} es más que las muestras de un lote, así que algunas réplicas no recibirían ninguna; elige como mucho {batchSize}",
  "not-for-optimizer": "{setting} no es para el optimizador {chosen}; quítalo, o elige {owners}",
  "not-for-schedule": "{setting} no es para el plan {chosen}; quítalo, o elige {owners}",
  "loss-needs-output":
    "{loss} necesita salidas {needed}, no {output}; usa {needed}, u otra pérdida",
  "loss-unfit": "{setting} no vale para {targets}; usa {use}",
  "output-unfit": "{setting} no vale para {targets}; usa {use}",
  "loss-needs-width": "{setting} necesita una salida por clase; termina las capas con {width}",
  "setting-with-value": "{setting} {value}",
  "expects-true-or-false": "true o false",
  "expects-token": "de 8 a 200 de los caracteres A-Z a-z 0-9 . _ ~ -",
  "expects-run-name": "de 1 a 40 de los caracteres A-Z a-z 0-9 _ -, sin - al principio",
  "expects-worker-name": "de 1 a {lengthMax} caracteres visibles",
  "expects-host": "un nombre de máquina o una dirección",
  "expects-output": "una activación o una ruta",
  "expects-dataset-name": "el nombre de unos datos",
  "setting-dataset": "datos",
  "setting-validation": "parte para validación",
  "setting-model": "modelo",
  "setting-layers": "capas",
  "setting-activation": "activación oculta",
  "setting-outputActivation": "activación de salida",
  "setting-loss": "pérdida",
  "setting-reduction": "reducción",
  "setting-optimizer": "optimizador",
  "setting-learningRate": "tasa de aprendizaje",
  "setting-beta": "beta",
  "setting-beta1": "beta 1",
  "setting-beta2": "beta 2",
  "setting-epsilon": "épsilon",
  "setting-dampening": "amortiguación",
  "setting-decoupledDecay": "decaimiento de pesos desacoplado",
  "setting-candidates": "candidatos",
  "setting-sigma": "sigma",
  "setting-schedule": "plan de la tasa",
  "setting-warmupSteps": "pasos de calentamiento",
  "setting-decayEpochs": "épocas entre reducciones",
  "setting-decayFactor": "factor de reducción",
  "setting-finalFraction": "fracción final de la tasa",
  "setting-restarts": "reinicios del coseno",
  "setting-weightDecay": "decaimiento de pesos",
  "setting-augment": "cambios de las imágenes",
  "setting-patience": "épocas de paciencia",
  "setting-labelSmoothing": "suavizado de etiquetas",
  "setting-classWeights": "pesos de las clases",
  "setting-freeze": "capas congeladas",
  "setting-l1": "penalización L1",
  "setting-initWeights": "pesos iniciales",
  "setting-clipNorm": "norma máxima del gradiente",
  "setting-batchSize": "tamaño del lote",
  "setting-localSteps": "pasos locales",
  "setting-replicas": "réplicas",
  "setting-outerLearningRate": "tasa de aprendizaje externa",
  "setting-outerMomentum": "momento externo",
  "setting-delay": "retraso del gradiente",
  "setting-shardSize": "tamaño del fragmento",
  "setting-epochs": "épocas",
  "setting-steps": "pasos",
  "setting-seed": "semilla",
  "setting-wire": "forma en la red",
  "expects-varied": "un ajuste y sus valores, como optimizer=sgd,adam",
});
