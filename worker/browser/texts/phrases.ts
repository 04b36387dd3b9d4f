/**
 * @file What a worker says of a lost connection or a broken thread, and the same in Spanish, as far as the page has no
 * text of its own for it. A test reads the worker's source and fails for a sentence that is not in here.
 */
import type { Phrase } from "../../../shared/pages/phrasebook.ts";

export const phrases: readonly Phrase[] = [
  ["the socket was closed ({number})", "la conexión se cerró ({number})"],
  ["come back for a larger model", "vuelve enseguida para un modelo mayor"],
  ["binary messages only", "solo mensajes binarios"],
  ["goodbye", "adiós"],
  ["the coordinator does not answer", "el coordinador no responde"],
  ["nothing from the coordinator for {number} s", "nada del coordinador en {number} s"],
  ["can't load the run: {reason}", "no se puede cargar el entrenamiento: {reason}"],
  ["the dataset's address answered {number}", "la dirección de los datos respondió {number}"],
  [
    "the dataset's address answered without a body",
    "la dirección de los datos respondió sin contenido",
  ],
  ["the dataset is larger than {number} bytes", "los datos pasan de {number} bytes"],
  [
    "the dataset's download stalled for {number} s",
    "la descarga de los datos se detuvo {number} s",
  ],
  [
    "two threads of this machine compute different bits",
    "dos hilos de este dispositivo calculan bits distintos",
  ],
  ["a compute thread crashed: {reason}", "falló un hilo de cálculo: {reason}"],
  ["it could not be started", "no pudo empezar"],
];

/** What a refusal's code means to the worker that was refused. */
export const codePhrases: Readonly<Record<string, string>> = {
  ERR_DECODE: "el coordinador no pudo leer un mensaje",
  ERR_STATE: "un mensaje llegó cuando no tocaba",
  ERR_TIMEOUT: "algo no llegó a tiempo",
  ERR_TOO_LARGE: "un mensaje fue demasiado grande",
  ERR_HEADER: "un mensaje tenía campos incorrectos",
  ERR_SHAPE: "un mensaje vino sin los datos debidos, o con otros",
  ERR_RATE: "fueron demasiados mensajes",
};
