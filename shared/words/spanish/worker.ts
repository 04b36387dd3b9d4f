/** @file A worker: what it does, what it waits for, and why it stops. In Spanish. */
import type { worker as english } from "../english/worker.ts";
import { translationOf } from "../template.ts";

export const worker = translationOf<typeof english>()({
  connecting: "conectando con el coordinador",
  joined: "conectado, a la espera de un entrenamiento",
  "getting-dataset": "recibiendo los datos {dataset}",
  "getting-dataset-so-far": "recibiendo los datos {dataset}: {megabytes} MB",
  "preparing-dataset": "preparando los datos y midiendo este dispositivo",
  "ready-for-work": "listo para trabajar",
  computing: "calculando",
  "run-over": "el entrenamiento acabó: {reason}",
  "trying-again": "{reason}; se intenta de nuevo",
  "refused-because": "{refusal} ({reason})",
  "paused-by-user": "en pausa por su usuario",
  "tab-slowed": "su pestaña está oculta y el navegador la frena",
  "relay-listening": "este intermediario reparte el trabajo; sus ayudantes se unen en {url}",
  "stopped-by-user": "lo detuvo su usuario",
  "starting-again": "empieza de nuevo con otros ajustes",
  "coordinator-process-ended": "terminó el proceso del coordinador",
  "token-refused":
    "el código falta o no es correcto: abre el enlace que el coordinador muestra ahora",
  "origin-refused":
    "el coordinador no acepta ayudantes desde esta dirección: abre su propio enlace",
  "version-refused": "el coordinador y este ayudante son de versiones distintas: recarga la página",
  "kernel-refused":
    "este dispositivo calcula otros bits que el coordinador, o es de otra versión: no puede participar",
  "session-replaced": "este ayudante se conectó otra vez: solo sigue la conexión más nueva",
  "result-was-wrong":
    "un resultado de este ayudante era incorrecto al calcularlo de nuevo: no puede participar",
  "results-were-invalid":
    "demasiados resultados de este ayudante no eran válidos: no puede participar",
  "coordinator-full": "el coordinador no tiene más lugar",
  "coordinator-ended": "el coordinador terminó",
  "coordinator-unreachable": "no se puede llegar al coordinador",
  "coordinator-does-not-answer": "el coordinador no responde",
  "coordinator-silent": "nada del coordinador en {seconds} s",
  "connection-refused": "nada escucha en esta dirección y este puerto",
  "host-not-found": "este nombre no tiene dirección",
  "host-not-reached":
    "esta dirección no responde: ¿está en la misma red, y permite el cortafuegos llegar a ella?",
  "connection-reset": "el otro lado cortó la conexión",
  "speaks-http": "este puerto habla http y no https: usa http://",
  "speaks-https": "este puerto habla https y no http: usa https://",
  "certificate-unknown":
    "su certificado no lo firma nadie en quien confíe este equipo[terminal]; indica en NODE_EXTRA_CA_CERTS un archivo PEM con el certificado de quien lo firma",
  "certificate-expired":
    "su certificado ha caducado: renuévalo allí o mira el reloj de este equipo",
  "certificate-not-yet-valid":
    "su certificado todavía no es válido: mira los relojes de los dos equipos",
  "certificate-of-another":
    "su certificado no es para {host}, sino para {names}: usa uno de esos nombres",
  "proxy-wants-login":
    "un proxy en el camino pide una contraseña ({status}): conéctate sin ese proxy",
  "proxy-variable-wrong":
    "{name} no es la dirección de un proxy: escribe http://host:puerto o http://usuario:contraseña@host:puerto",
  "proxy-failed": "el proxy {proxy}: {reason}",
  "proxy-silent": "el proxy {proxy} no responde desde hace {seconds} s",
  "proxy-login-wrong":
    "el proxy {proxy} pide una contraseña, o una distinta ({status})[terminal]: escribe http://usuario:contraseña@host:puerto en HTTP_PROXY y HTTPS_PROXY",
  "proxy-refused":
    "el proxy {proxy} no conecta con {target} ({status})[terminal]; indica en NO_PROXY los equipos que no necesitan proxy",
  redirected: "redirige a {url}",
  "no-coordinator-here": "en esta dirección no hay ningún coordinador ({status})",
  "proxy-without-coordinator":
    "un proxy en el camino no alcanza al coordinador ({status}): ¿está en marcha?",
  "socket-not-passed":
    "el coordinador responde, pero no pasa ningún WebSocket: un proxy en el camino debe dejar pasar los cambios de protocolo (los campos Upgrade y Connection)",
  "upgrade-not-passed":
    "la respuesta es {status} y no un WebSocket: un proxy en el camino debe dejar pasar los cambios de protocolo (los campos Upgrade y Connection)",
  "connection-failed": "no hay conexión: {reason}",
  "socket-closed": "la conexión se cerró ({status})",
  "socket-closed-because": "la conexión se cerró ({status}: {reason})",
  "larger-model-comes": "se conecta de nuevo para un modelo mayor",
  "kernel-memory":
    "necesita {gigabytes} GB de memoria seguidos, y WebAssembly tiene {most} GB como máximo",
  "machine-memory": "necesita {gigabytes} GB de memoria, y a este equipo no le quedan tantos",
  "cannot-load-run": "no se puede cargar el entrenamiento: {reason}",
  "dataset-address": "{path} no es la ruta de unos datos",
  "dataset-answer": "la dirección de los datos respondió {status}",
  "dataset-without-body": "la dirección de los datos respondió sin contenido",
  "dataset-too-large": "los datos pasan de {bytes} bytes",
  "dataset-not-received": "no se recibió el conjunto de datos: {reason}",
  "dataset-stalled": "la descarga de los datos se detuvo {seconds} s",
  "threads-differ": "dos hilos de este dispositivo calculan bits distintos",
  "thread-crashed": "falló un hilo de cálculo: {reason}",
  "thread-ended": "un hilo de cálculo terminó con el código {code}",
  "thread-not-started": "no pudo empezar",
  "no-shared-memory": "no queda memoria que los hilos puedan compartir",
  "another-run-came": "llegó otro entrenamiento",
  "worker-is-ending": "el ayudante termina",
  "embed-not-allowed":
    "esta página no puede obtener {url} ({reason}): el coordinador debe estar ahí y admitir este sitio, {origin}",
  "join-url-wrong":
    "{url} no es un enlace para unirse; copia el del coordinador: http://host:port/join#token=…",
  "join-url-token-wrong":
    "{url} no es un enlace para unirse; tras # debe ir token=… como lo mostró el coordinador",
});
