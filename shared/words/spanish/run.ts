/** @file A run: what it waits for, how it ends, and what is wrong with a result. In Spanish. */
import type { run as english } from "../english/run.ts";
import { translationOf } from "../template.ts";

export const run = translationOf<typeof english>()({
  "run-title": "{dataset} · {model} · {loss} · {optimizer} {rate} · lote {batchSize}",
  "run-title-local":
    "{title} · {steps} {steps = 1 ? paso local : pasos locales} × {replicas} {replicas = 1 ? réplica : réplicas}",
  "run-title-delayed": "{title} · retraso {delay}",
  "run-title-in-form":
    "{dataset} · {model} · {loss} · {optimizer} {rate} · lote {batchSize} · {wire}",
  sigma: "σ {sigma}",
  "no-run-yet": "aún no ha empezado ningún entrenamiento",
  "waiting-for-workers":
    "{missing = 1 ? falta : faltan} {missing} {missing = 1 ? ayudante : ayudantes} más",
  "waiting-for-next-step": "a la espera del paso siguiente, que da el operador en el panel",
  "paused-by-operator": "en pausa por orden del operador",
  "waiting-for-block":
    "se espera el bloque {block} del paso {step}, que tiene {worker} desde hace {seconds} s",
  "waiting-for-taker":
    "se espera a que alguien tome el paso {step}: todos los ayudantes leen despacio",
  "idle-workers":
    "un lote de {batchSize} da {blocks} {blocks = 1 ? bloque : bloques}: calculan a la vez {busy} de {workers} ayudantes",
  "idle-replicas":
    "{replicas} {replicas = 1 ? réplica : réplicas}: {busy = 1 ? calcula : calculan} a la vez {busy} de {workers} ayudantes",
  "idle-replicas-more":
    "{replicas} {replicas = 1 ? réplica : réplicas}: {busy = 1 ? calcula : calculan} a la vez {busy} de {workers} ayudantes; con {needed} réplicas hay trabajo para todos",
  "idle-workers-batch":
    "un lote de {batchSize} da {blocks} {blocks = 1 ? bloque : bloques}: calculan a la vez {busy} de {workers} ayudantes; con un lote de {batch} hay trabajo para todos",
  "idle-workers-shard":
    "un lote de {batchSize} da {blocks} {blocks = 1 ? bloque : bloques}: calculan a la vez {busy} de {workers} ayudantes; con fragmentos de {shard} muestras hay trabajo para todos",
  "link-limits":
    "la conexión es el límite: el {percent} % de un paso es transmisión, a {rate} Mbit/s en total, y {used = 1 ? trabaja : trabajan} {used} de {workers} {workers = 1 ? ayudante : ayudantes}; sirve una conexión más rápida, como un cable{wire = float32 ? , o float16 o int8 en la red : }{wire = float16 ? , o int8 en la red : }, o un modelo más pequeño",
  "link-limits-batch":
    "la conexión es el límite: el {percent} % de un paso es transmisión, a {rate} Mbit/s en total, y {used = 1 ? trabaja : trabajan} {used} de {workers} {workers = 1 ? ayudante : ayudantes}; con un lote de {batch} hay trabajo para todos, y sirve una conexión más rápida, como un cable{wire = float32 ? , o float16 o int8 en la red : }{wire = float16 ? , o int8 en la red : }",
  "feature-scale":
    "los valores de entrada van de {min} a {max}: llévalos a 0…1, o a media 0 y desviación 1, o el entrenamiento puede ser lento o divergir",
  "classes-without-samples":
    "{count} de {all} clases no {count = 1 ? tiene : tienen} ninguna muestra de entrenamiento: {classes}; la red no puede {count = 1 ? aprenderla : aprenderlas}",
  "rate-too-high":
    "la pérdida de entrenamiento de la época {epoch}, {loss}, supera la del principio, {start}: la tasa de aprendizaje de {rate} puede ser demasiado alta",
  "rate-too-high-early":
    "después de {step} pasos la pérdida de entrenamiento es {loss}, y empezó en {start}: la tasa de aprendizaje de {rate} puede ser demasiado alta",
  "rate-too-low":
    "con una tasa de aprendizaje de {rate}, {steps} {steps = 1 ? paso cambia : pasos cambian} los parámetros como mucho un {percent} %: es demasiado baja para aprender algo",
  "no-better-than-guess":
    "acertar el {accuracy} % en la prueba no es mejor que responder siempre la clase más frecuente ({guess} %): no se aprendió nada",
  "departed-worker": "un ayudante que ya no está",
  "stopped-early":
    "parada temprana: {evaluations} {evaluations = 1 ? evaluación : evaluaciones} sin bajar de la pérdida de validación {loss}; se quedan los parámetros del paso {step}, que la tenía",
  "run-finished": "el entrenamiento terminó",
  "stopped-by-operator": "lo detuvo el operador",
  "no-memory-for-sums":
    "no hay memoria suficiente para las sumas del paso {step}: {reason}; elige capas más pequeñas o fragmentos más grandes",
  "step-diverged":
    "el paso {step} divergió: {reason}; una tasa de aprendizaje más baja puede ayudar",
  "loss-not-finite": "la pérdida no es finita",
  "gradient-not-finite": "el gradiente no es finito",
  "update-not-finite": "los parámetros dejarían de ser finitos",
  "parameter-not-finite": "un parámetro es NaN o infinito",
  "parameters-not-rounded":
    "los parámetros no están redondeados a la forma de envío de este entrenamiento",
  "block-not-finite": "un valor del bloque {block} del paso {step} es NaN o infinito",
  "block-sum-not-finite": "la suma de un bloque es NaN o infinita",
  "value-not-finite": "un valor es NaN o infinito",
  "values-not-rounded":
    "los valores no están redondeados a {form}, la forma de envío de este entrenamiento",
  "result-length": "un mensaje {type} de {bytes} bytes en vez de {expected}",
  "too-many-correct": "{correct} aciertos de {samples} muestras",
  "step-not-begun": "el paso {step} aún no ha empezado",
  "no-such-block": "el bloque {block} no es de este paso",
  "block-answered-before": "el bloque {block} ya tenía respuesta",
  "block-not-asked-for": "nadie pidió el bloque {block}",
  "block-can-be-computed": "no pudo calcular el bloque {block}, aunque se puede: {reason}",
  "block-differs": "el bloque {block} del paso {step} difiere del que se calculó de nuevo",
  "workers-differ":
    "{first} y {second} enviaron resultados distintos del bloque {block} del paso {step}: uno de los dos se equivoca",
  "of-worker": "{worker}: {reason}",
  "more-warnings": "y {count} {count = 1 ? aviso : avisos} más sobre resultados",
  "a-run-is-being-prepared": "ya se está preparando un entrenamiento; espera a que empiece",
  "no-run-under-way": "no hay ningún entrenamiento en marcha; empieza uno",
  "no-such-command": "este coordinador no conoce esa orden",
  "worker-not-connected": "el ayudante {worker} no está conectado; elige otro",
  "not-connected": "sin conexión con el coordinador",
  "command-lost": "se perdió la conexión antes de que respondiera el coordinador",
  "local-worker-ended": "el ayudante local {number} terminó ({how})",
  "exit-code": "código de salida {code}",
  "on-finish-failed": "--on-finish {command}: {reason}",
  "webhook-failed": "--webhook {url}: {reason}",
  "cannot-connect": "no logra conectarse con este coordinador ({reason}) y lo sigue intentando",
  "local-worker-failed": "ayudante local {number}: {reason}",
});
