/**
 * @file What the coordinator says to a dashboard, as it words it, and the same in Spanish. A test reads the coordinator's
 * source and fails for a sentence that is not in here.
 */
import type { Phrase } from "../../../shared/pages/phrasebook.ts";

const run: readonly Phrase[] = [
  ["waiting for {number} more workers", "faltan {number} ayudantes"],
  ["waiting for 1 more worker", "falta un ayudante"],
  ["paused by the operator", "en pausa, por orden del operador"],
  [
    "block {block} of step {step} given to {name} {number} s ago",
    "el bloque {block} del paso {step} está con {name} desde hace {number} s",
  ],
  [
    "no worker takes step {step}: all are slow to read",
    "ningún ayudante toma el paso {step}: todos leen despacio",
  ],
  ["step {step} diverged: {reason}", "el paso {step} divergió: {reason}"],
  ["the loss is not finite", "la pérdida no es finita"],
  ["the gradient is not finite", "el gradiente no es finito"],
  ["the parameters would not stay finite", "los parámetros dejarían de ser finitos"],
  ["a parameter is NaN or infinite", "un parámetro es NaN o infinito"],
  ["the sum over a block is NaN or infinite", "la suma de un bloque es NaN o infinita"],
  [
    "the {what} of step {step}, block {number}–{number2}, is NaN or infinite",
    "un valor del paso {step}, bloque {number}–{number2}, es NaN o infinito",
  ],
  [
    "run {run} was stopped at step {step}; go on with --resume {run2}",
    "el entrenamiento {run} se detuvo en el paso {step}; se sigue con --resume {run2}",
  ],
  ["the run is finished", "el entrenamiento terminó"],
  ["stopped by the operator", "lo detuvo el operador"],
  ["no run has started yet", "aún no ha empezado ningún entrenamiento"],
  ["{title} · batch {number}", "{title} · lote {number}"],
];

const workers: readonly Phrase[] = [
  ["left", "se despidió"],
  ["left: {reason}", "se despidió: {reason}"],
  ["starts anew", "empieza de nuevo"],
  ["stopped by the user", "lo detuvo su usuario"],
  ["the coordinator's process ended", "terminó el proceso del coordinador"],
  ["connection lost", "se perdió la conexión"],
  ["went away", "se cerró su página"],
  ["closed ({number})", "conexión cerrada ({number})"],
  ["closed ({number} {reason})", "conexión cerrada ({number}: {reason})"],
  ["come back for a larger model", "vuelve enseguida para un modelo mayor"],
  ["goodbye", "adiós"],
  ["silent for {number} s", "en silencio desde hace {number} s"],
  ["local worker {number} ended ({what})", "el ayudante local {number} terminó ({what})"],
  ["local worker {number}: {reason}", "ayudante local {number}: {reason}"],
  ["{name}: {expects}", "{name}: {expects}"],
  ["block {block} is no block of this step", "el bloque {block} no es de este paso"],
  ["block {block} was answered before", "el bloque {block} ya tenía respuesta"],
  ["block {block} was not asked for", "nadie pidió el bloque {block}"],
  [
    "{name} and {name2} differ about block {block} of step {step}: one of them is wrong; --audit quorum tells which",
    "{name} y {name2} difieren sobre el bloque {block} del paso {step}: uno se equivoca; --audit quorum dice cuál",
  ],
  ["and {number} more warnings about results", "y {number} avisos más sobre resultados"],
  ["step {step} is not there yet", "el paso {step} aún no ha llegado"],
  [
    "it could not compute block {block}, which can be: {reason}",
    "no pudo calcular el bloque {block}, que sí se puede: {reason}",
  ],
  [
    "block {block} of step {step} differs from the recomputed one",
    "el bloque {block} del paso {step} difiere del que se calculó otra vez",
  ],
  [
    "more than {number} messages a second that nobody asked for",
    "más de {number} mensajes por segundo que nadie pidió",
  ],
  [
    "more than {number} pings a second that nobody asked for",
    "más de {number} pings por segundo que nadie pidió",
  ],
  [
    "the self-test gave other bits than it must: this machine may not take part",
    "la prueba inicial dio otros bits que los debidos: esta máquina no puede participar",
  ],
  ["a value is NaN or infinite", "un valor es NaN o infinito"],
  [
    "a {what} of {number} bytes, expected {number2}",
    "un mensaje {what} de {number} bytes en vez de {number2}",
  ],
  ["a cost is NaN or infinite", "un costo es NaN o infinito"],
  ["{number} correct of {number2} samples", "{number} aciertos de {number2} muestras"],
  ["and {number} more peers were refused", "y se rechazó a {number} más"],
  ["and {number} more peer was refused", "y se rechazó a uno más"],
];

const breakIt: readonly Phrase[] = [
  ["break it: {expects}", "rómpelo: {expects}"],
  ["the connection of {name} is cut", "se corta la conexión de {name}"],
  [
    "all that {name} sends is held back for {number} s",
    "todo lo que envía {name} se retiene {number} s",
  ],
  ["what {name} sent comes through again", "lo que envió {name} vuelve a pasar"],
  [
    "what {name} sent comes through again; {number} steps meanwhile",
    "lo que envió {name} vuelve a pasar; mientras tanto se dieron {number} pasos",
  ],
  [
    "bits of {name}'s gradient for step {step} are flipped: a value is NaN now",
    "se invierten bits del gradiente de {name} para el paso {step}: un valor es ahora NaN",
  ],
  [
    "one bit of {name}'s gradient for step {step} is flipped: every value is still a number",
    "se invierte un bit del gradiente de {name} para el paso {step}: todos sus valores siguen siendo números",
  ],
  [
    "the NaN was refused before it touched a sum, and what {name} had of step {step} was computed again",
    "el NaN se rechazó antes de tocar ninguna suma, y lo que {name} tenía del paso {step} se calculó otra vez",
  ],
  [
    "the lie was found: a second worker's answer differed, and the referee computed who was right; {name} is cut off, and what rested on its word in step {step} was computed again",
    "se descubrió la mentira: la respuesta de otro ayudante difería y el árbitro calculó quién tenía razón; {name} queda fuera, y lo que en el paso {step} dependía de su palabra se calculó otra vez",
  ],
  [
    "the lie was found: the referee happened to compute the same block; {name} is cut off, and what it had of step {step} was computed again",
    "se descubrió la mentira: el árbitro calculó por sorteo el mismo bloque; {name} queda fuera, y lo que tenía del paso {step} se calculó otra vez",
  ],
  [
    "nobody found the lie: step {step} was committed with it, and the fingerprint will be another one; only --audit quorum finds every one",
    "nadie descubrió la mentira: el paso {step} se dio con ella y la huella será otra; solo --audit quorum las encuentra todas",
  ],
  [
    "what {name} sent for step {step} was not needed: another was faster",
    "lo que {name} envió para el paso {step} no hizo falta: otro fue más rápido",
  ],
  [
    "worker {name} is not connected; choose another",
    "el ayudante {name} no está conectado; elige otro",
  ],
];

const settings: readonly Phrase[] = [
  ["{flag} must be {expects}, not {given}", "{flag} debe ser {expects}, no {given}"],
  [
    "{flag} must be {expects}, not {given}; did you mean {word}?",
    "{flag} debe ser {expects}, no {given}; ¿quizás {word}?",
  ],
  ["a whole number (digits only)", "un número entero (solo cifras)"],
  ["a whole number from {number} (digits only)", "un número entero desde {number} (solo cifras)"],
  [
    "a whole number from {number} to {number2} (digits only)",
    "un número entero de {number} a {number2} (solo cifras)",
  ],
  ["at least 0 and below 1", "al menos 0 y menos de 1"],
  ["a number above 0 (float32)", "un número mayor que 0 (float32)"],
  ["a number from 0 (float32)", "un número desde 0 (float32)"],
  ["a number from 0 to 1", "un número de 0 a 1"],
  [
    "2 to 32 widths separated by commas, like 784,16,16,10",
    "de 2 a 32 anchos separados por comas, como 784,16,16,10",
  ],
  ["{words} or {expects}", "{words} o {expects}"],
  ["{words} or {word}", "{words} o {word}"],
  ["there is no setting {name}; leave it out", "no existe el ajuste {name}; quítalo"],
  [
    "{flag} {value}: a page can choose {words}; anything else is named on the command line",
    "{flag} {value}: una página puede elegir {words}; lo demás se indica en la línea de comandos",
  ],
  [
    "{flag} {value} does not fit {name}: its samples have {number} values; begin with {number2}",
    "{flag} {value} no cuadra con {name}: sus muestras tienen {number} valores; empieza con {number2}",
  ],
  [
    "{flag} {value} does not fit {name}: it has {number} classes; end with {number2}",
    "{flag} {value} no cuadra con {name}: tiene {number} clases; termina con {number2}",
  ],
  [
    "{flag} {value} makes {number} parameters; a run has at most {number2}, use narrower layers",
    "{flag} {value} da {number} parámetros; el máximo es {number2}, usa capas más estrechas",
  ],
  [
    "{flag} {value} is more than the {number} training samples of {name}; use at most {number2}, or full",
    "{flag} {value} supera las {number} muestras de entrenamiento de {name}; usa como mucho {number2}, o full",
  ],
  [
    "{flag} {value} is more than a batch of {number} samples; use at most {number2}, or auto",
    "{flag} {value} supera un lote de {number} muestras; usa como mucho {number2}, o auto",
  ],
  [
    "{flag} {value} is no less than the run's {number} steps; use fewer, or more epochs",
    "{flag} {value} no es menos que los {number} pasos del entrenamiento; usa menos, o más épocas",
  ],
  [
    "{flag} {value} needs a gradient, which local-search has not; leave it out, or choose another --optimizer",
    "{flag} {value} necesita un gradiente, que local-search no tiene; quítalo, o elige otro --optimizer",
  ],
  [
    "{flag} {value} is not for {option} {name}; leave it out, or choose --{option2} {what}",
    "{flag} {value} no es para {option} {name}; quítalo, o elige --{option2} {what}",
  ],
  [
    "{flag} {value} needs {name} outputs, not {flag2} {value2}; use {name2}, or another loss",
    "{flag} {value} necesita salidas {name}, no {flag2} {value2}; usa {name2}, u otra pérdida",
  ],
  [
    "a run is being prepared already; wait for it",
    "ya se está preparando un entrenamiento; espéralo",
  ],
  ["no run is under way; start one", "no hay ningún entrenamiento en marcha; empieza uno"],
  ["an order that this coordinator does not know", "una orden que este coordinador no conoce"],
  ["not connected", "sin conexión"],
  ["the connection was lost", "se perdió la conexión"],
];

const data: readonly Phrase[] = [
  ["drawing {number} digits", "dibujando {number} dígitos"],
  [
    "cannot keep the digits in {path}: {reason}",
    "no se pueden guardar los dígitos en {path}: {reason}",
  ],
  [
    "downloading mnist: {number} % of {number2} MB",
    "descargando mnist: {number} % de {number2} MB",
  ],
  [
    "cannot download {url}: {reason}; try again, name another --mnist-mirror, or use --dataset mnist:FOLDER with the four files",
    "no se puede descargar {url}: {reason}; prueba otra vez, nombra otro --mnist-mirror, o usa --dataset mnist:CARPETA con los cuatro archivos",
  ],
  ["the server answered {what}", "el servidor respondió {what}"],
  ["nothing came for {number} s", "no llegó nada en {number} s"],
  ["the server sent another range", "el servidor envió otro fragmento"],
  [
    "the server sent more than the file's {number} bytes",
    "el servidor envió más de los {number} bytes del archivo",
  ],
  [
    "the connection ended after {number} of {number2} bytes",
    "la conexión terminó tras {number} de {number2} bytes",
  ],
  [
    "the file's SHA-256 is {what}, expected {what2}",
    "el SHA-256 del archivo es {what}, debía ser {what2}",
  ],
  [
    "cannot use the cache {path}: {reason}; choose another",
    "no se puede usar la caché {path}: {reason}; elige otra",
  ],
  [
    "the dataset in {path} can't be used: {reason}",
    "los datos de {path} no se pueden usar: {reason}",
  ],
  [
    "{path} has samples of {what}, {path2} of {what2}; they must be alike",
    "{path} tiene muestras de {what}, {path2} de {what2}; deben ser iguales",
  ],
  [
    "{path} lacks {what} (-idx3-ubyte, .idx3-ubyte …, raw or .gz); it holds {what2}",
    "en {path} falta {what} (-idx3-ubyte, .idx3-ubyte …, tal cual o .gz); contiene {what2}",
  ],
  [
    "--layers {what}: there is no memory for it; choose smaller ones",
    "--layers {what}: no hay memoria para tanto; elige capas más pequeñas",
  ],
  [
    "cannot read the dataset's folder {path}: {reason}",
    "no se puede leer la carpeta de los datos {path}: {reason}",
  ],
  [
    "{path} has {number} samples, {path2} {number2} labels; are they of one dataset?",
    "{path} tiene {number} muestras, {path2} {number2} etiquetas; ¿son de los mismos datos?",
  ],
  [
    "cannot read {path}: {reason}; fetch it again",
    "no se puede leer {path}: {reason}; tráelo otra vez",
  ],
  [
    "{path} is {what}: {what2} takes {number} bytes, it has {number2}; fetch it again",
    "{path} no está entero: {what2} ocupa {number} bytes, tiene {number2}; tráelo otra vez",
  ],
  [
    "{path} has shape [{what}], labels have one dimension; is it the images file?",
    "{path} tiene forma [{what}], las etiquetas tienen una dimensión; ¿es el archivo de imágenes?",
  ],
  [
    "{path}: label {number} of sample {number2} is not an integer in 0…255; number the classes from 0",
    "{path}: la etiqueta {number} de la muestra {number2} no es un entero en 0…255; numera las clases desde 0",
  ],
  [
    "{path} has {number} bytes, an IDX file has at least {number2}; fetch it again",
    "{path} tiene {number} bytes, un archivo IDX tiene al menos {number2}; tráelo otra vez",
  ],
  [
    "{path} starts with {what}, an IDX file with 0x0000TTDD (type TT 08, 09, 0b…0e; DD ≥ 1 dimensions); is it packed, or of another format?",
    "{path} empieza con {what}, un archivo IDX con 0x0000TTDD (tipo TT 08, 09, 0b…0e; DD ≥ 1 dimensiones); ¿está comprimido, o es de otro formato?",
  ],
  [
    "{path} is cut short: the header of {number} dimensions takes {number2} bytes, it has {number3}; fetch it again",
    "{path} está cortado: la cabecera de {number} dimensiones ocupa {number2} bytes, tiene {number3}; tráelo otra vez",
  ],
];

const disk: readonly Phrase[] = [
  [
    "{path} exists already; choose another name or resume it",
    "{path} ya existe; elige otro nombre o síguelo",
  ],
  ["cannot set up {path}: {reason}", "no se puede preparar {path}: {reason}"],
  [
    "cannot write checkpoint {path}: {reason}",
    "no se puede escribir el punto de control {path}: {reason}",
  ],
  ["cannot write {path}: {reason}", "no se puede escribir {path}: {reason}"],
  ["cannot look for runs in {path}: {reason}", "no se puede buscar en {path}: {reason}"],
  ["cannot read {path}: {reason}", "no se puede leer {path}: {reason}"],
  ["no whole checkpoint in {path}", "no hay ningún punto de control entero en {path}"],
  [
    "{path}/config.json is not a run's: {what} is not valid",
    "{path}/config.json no es de un entrenamiento: {what} no es válido",
  ],
  ["cannot trim {path}: {reason}", "no se puede recortar {path}: {reason}"],
  [
    "{path} lacks {number} lines from while it could not be written",
    "a {path} le faltan {number} líneas de cuando no se pudo escribir",
  ],
  ["{reason}: run {run} begins again at step 0", "{reason}: {run} empieza otra vez en el paso 0"],
];

const network: readonly Phrase[] = [
  ["the TLS certificate was read again", "se leyó otra vez el certificado TLS"],
  [
    "the TLS certificate stays as it was: {reason}",
    "el certificado TLS queda como estaba: {reason}",
  ],
  [
    "--open: whoever reaches this port may join, watch and download the dataset",
    "--open: quien llegue a este puerto puede unirse, mirar y descargar los datos",
  ],
  [
    "listening on {place} without TLS: who can read this network's traffic can read the tokens and the data, and join; give --tls-cert and --tls-key, or --host 127.0.0.1 for this machine alone",
    "se escucha en {place} sin TLS: quien lea el tráfico de esta red puede leer los códigos y los datos, y unirse; da --tls-cert y --tls-key, o --host 127.0.0.1 solo para esta máquina",
  ],
];

export const phrases: readonly Phrase[] = [
  ...run,
  ...workers,
  ...breakIt,
  ...settings,
  ...data,
  ...disk,
  ...network,
];

/** What a refusal's code means, for whatever sentence stands behind it. */
export const codePhrases: Readonly<Record<string, string>> = {
  ERR_DECODE: "envió algo que no se puede leer",
  ERR_TOKEN: "sin código, o con uno incorrecto",
  ERR_ORIGIN: "viene de otro sitio",
  ERR_STATE: "envió algo que ahora no tocaba",
  ERR_TIMEOUT: "no se presentó a tiempo",
  ERR_REPLACED: "este ayudante se conectó otra vez",
  ERR_TOO_LARGE: "envió demasiado",
  ERR_HEADER: "envió un mensaje con campos incorrectos",
  ERR_SHAPE: "envió un mensaje sin los datos debidos, o con otros",
  ERR_KERNEL: "calcula otros bits que los debidos, o tiene otra versión",
  ERR_VERSION: "habla otra versión del protocolo",
  ERR_OFFENCES: "demasiados resultados no válidos",
  ERR_RATE: "envió demasiados mensajes",
  ERR_MISMATCH: "envió lo que ningún cálculo da",
  ERR_FULL: "no queda lugar",
};
