/** @file Errors that only the command line, the environment, a run file or a resumed run can have. In Spanish. */
import type { commandLine as english } from "../english/command-line.ts";
import { translationOf } from "../template.ts";

export const commandLine = translationOf<typeof english>()({
  "other-data":
    "{dataset} no son los datos con los que se entrenó ({name}); indica los mismos archivos",
  "other-data-found":
    "los datos no son aquellos con los que se entrenó ({name}); indica los mismos archivos con --dataset",
  "extended-under-cosine":
    "la tasa de aprendizaje vuelve a empezar en el paso {step}, donde habría acabado el entrenamiento, y baja con otro coseno hasta el nuevo final",
  "extended-at-standstill":
    "la tasa de aprendizaje de este entrenamiento baja hasta {rate}, desde {start}, así que las épocas añadidas apenas cambian nada; uno nuevo con --final-fraction 0.01 sigue aprendiendo",
  "too-many-restarts":
    "{setting} alargaría más de {most} veces un entrenamiento con plan coseno; empieza otro sin --resume",
  "patience-needs-validation":
    "{setting} necesita datos de validación, porque los de prueba no deben decidir cuándo se acaba; añade --validation 0.1",
  "init-unreadable":
    "no se puede leer {path} ({reason}); indica en --init un punto de control o un archivo safetensors",
  "init-not-safetensors":
    "{path} no es un archivo safetensors ({reason}); indica en --init un punto de control o un archivo safetensors",
  "init-misfit":
    "{path} no encaja en el modelo (tensor, forma en el archivo → en el modelo): {misfits}; indica las mismas --layers, o sortea de nuevo la última capa cambiada con --new-last-layer",
  "init-values": "{path}: {name} debe tener valores float32 finitos; guarda el modelo en float32",
  "init-lost":
    "{path} es de un entrenamiento que empezó con un archivo, y no queda ningún punto de control suyo; empieza otro con --init",
  "init-with-resume":
    "--init {path} empieza un entrenamiento nuevo, y --resume continúa uno; da solo uno",
  "new-last-layer-alone":
    "--new-last-layer necesita las demás capas de un archivo; añade --init ARCHIVO",
  "checkpoint-setting":
    "{setting} debe ser {expects}, no {given}; continúa desde otro punto de control, o empieza otro entrenamiento",
  "contradicts-run-with":
    "{setting} contradice el entrenamiento que se continúa, que empezó con {value}; quítalo, o empieza otro sin --resume",
  "contradicts-run-without":
    "{setting} contradice el entrenamiento que se continúa, que empezó sin ello; quítalo, o empieza otro sin --resume",
  "ends-before":
    "{setting} acaba antes que {steps = 1 ? el : los} {steps} {steps = 1 ? paso : pasos} ({epochs} {epochs = 1 ? época : épocas}) del entrenamiento que se continúa; {flag} solo puede alargarlo",
  "data-moved":
    "{reason}; si los datos están ahora en otro sitio, añade --dataset {kind}:NUEVO-SITIO",
  "data-somewhere":
    "el entrenamiento usó {name}, que está en algún lugar de esta máquina; añade --dataset idx:DIR",
  "unknown-variable": "variable desconocida {name}; ¿quizás {word}?",
  "contradicting-outputs": "{setting} contradice {other}; indica uno",
  "no-activation":
    "{setting} no es una activación; ¿quizás {word}? (una carpeta con ese nombre: ./{folder})",
  "run-file-unreadable":
    "no se puede leer el archivo {path}: {reason}; indica un archivo YAML o JSON",
  "run-file-as-run":
    "{setting} nombra un archivo de ajustes, no un entrenamiento; pon el archivo delante",
  "tls-key-alone": "--tls-key {path} necesita su certificado; añade --tls-cert ARCHIVO",
  "tls-cert-alone": "--tls-cert {path} necesita su clave privada; añade --tls-key ARCHIVO",
  "open-with-token":
    "--open admite ayudantes sin código, pero hay un --join-token; indica uno de los dos",
  "cluster-not-joined":
    "--cluster: no se pueden usar los servidores NATS {servers}: {reason}; inicia nats-server con -js o comprueba la dirección",
  "nats-missing":
    "--cluster necesita los paquetes @nats-io/transport-node y @nats-io/kv, que no están instalados: ejecuta npm install de nuevo sin --omit=optional",
  "cluster-without-tokens":
    "--cluster necesita {flags}, iguales en todos los coordinadores del entrenamiento, para que los ayudantes y los paneles puedan entrar en cualquiera",
  "leader-answers":
    "en reserva: {url} respondió con el estado {status}; --admin-token debe ser igual en todos los coordinadores",
  "same-tokens": "--join-token y --admin-token son iguales; elige dos distintos",
  "run-file-yaml": "{place} no es YAML válido: {reason}; corrígelo ahí",
  "run-file-form": "{path} debe tener líneas «clave: valor», como «epochs: 10»",
  "run-file-key": "{place}: clave desconocida {key}; {help} muestra las opciones",
  "run-file-key-did-you-mean": "{place}: clave desconocida {key}; ¿quizás {word}?",
  "run-file-twice": "{setting} aparece dos veces; quita una",
  "run-file-too-large":
    "{path} tiene más de {kibibytes} KiB; ¿es un archivo de ajustes, con líneas «clave: valor»?",
  "run-file-too-deep":
    "{path} tiene más de {levels} niveles; escribe un valor, o una lista de valores, tras cada clave",
  "setting-unknown": "ajuste desconocido {key}; REFERENCE.md los enumera todos",
  "setting-unknown-did-you-mean": "ajuste desconocido {key}; ¿quizás {word}?",
  "setting-not-here": "{setting} solo sirve en la línea de comandos; quítalo",
  "not-a-server":
    "server no es un servidor HTTP de Node; pasa lo que devolvió createServer o app.listen, o app.server",
  "server-not-listening":
    "el servidor todavía no escucha en un puerto; inicia el coordinador después del servidor",
  "server-needs-path":
    "un coordinador dentro de otro servidor necesita una ruta; pon basePath, por ejemplo /training",
  "setting-of-server": "{setting} es asunto del servidor que le pasas; quítalo",
  "not-a-model":
    "el primer argumento de predict no es un modelo; pasa lo que devolvió loadCheckpoint",
  "checkpoint-bytes-damaged":
    "estos bytes no son un punto de control: {reason}; vuelve a leer el archivo",
  "sample-width":
    "la muestra {sample} tiene {numbers} {numbers = 1 ? número : números}, pero el modelo espera {features}; pasa esa cantidad",
  "sample-is-a-row":
    "la muestra {sample} es una fila, pero el modelo no se entrenó con una tabla; pasa números",
  "sample-unusable": "muestra {sample}: {reason}",
  "run-file-one-value":
    "{setting} debe ser un valor; escríbelo tras los dos puntos, o quita la línea",
  "flag-swallowed":
    "{flag} no tiene valor, porque le sigue {found}; escribe un valor entre los dos",
  "flag-takes-no-value": "{given}: {flag} no lleva valor; quítalo",
  "unknown-option": "opción desconocida {flag}; {help} muestra las opciones",
  "unknown-option-did-you-mean": "opción desconocida {flag}; ¿quizás {word}?",
  "unknown-command": "comando desconocido {name}; los comandos son {commands}",
  "unknown-command-did-you-mean": "comando desconocido {name}; ¿quizás {word}?",
  "flag-without-value": "{flag} no tiene valor; escribe uno detrás, o mira {help}",
  "npm-banner": "npm escribió un encabezado antes de las líneas JSON: {command} lo omite",
  "argument-missing": "falta {argument}; {help} dice qué es",
  "join-url-missing":
    "un ayudante necesita el enlace que muestra el coordinador: {command} 'http://…'",
  "inspect-dataset-missing": "di qué datos hay que mirar: {command} csv:ARCHIVO, {command} mnist …",
  "too-many-arguments": "demasiados argumentos; {command} lleva uno, mira {help}",
  "vary-missing": "di en qué se diferencian las variantes: --vary optimizer=sgd,adam",
  "vary-unknown":
    "{label}: {name} no es un ajuste de un entrenamiento; escribe, por ejemplo, optimizer=sgd,adam",
  "vary-unknown-did-you-mean":
    "{label}: {name} no es un ajuste de un entrenamiento; ¿quizás {word}?",
  "vary-fixed":
    "{label}: {name} no puede variar, porque todas las variantes tienen los mismos datos y las mismas semillas; compara cada una por separado",
  "vary-twice": "{label} tiene {name} dos veces; da todos sus valores juntos: {name}=…,…",
  "vary-value-twice": "{setting} tiene el valor {value} dos veces; quita uno",
  "vary-given":
    "{setting} da un valor para todas las variantes, pero --vary {name} da varios; quita uno de los dos",
  "vary-too-many": "{count} variantes son más de {most}; varía menos ajustes a la vez",
  "comparison-needs-validation":
    "{dataset} no tiene datos de validación, y con los de prueba no se debe elegir la tasa; añade --validation 0.1",
  "comparison-differs":
    "en {folder} hay otra comparación (cambia {field}); elige otra carpeta con --to, o borra esa",
  "comparison-of-other-version":
    "{folder} se empezó con otra versión de Promedio, que calcula otros bits; termínala con esa versión o elige otra carpeta con --to",
  "comparison-unreadable":
    "{path} no es el plan de una comparación; elige otra carpeta con --to, o borra esa",
  "comparison-continues":
    "en {folder} ya hay {count} {count = 1 ? entrenamiento : entrenamientos} de esta comparación; continúa",
});
