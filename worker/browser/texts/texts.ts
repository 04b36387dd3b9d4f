/** @file All texts of the join page, in every language of the pages. */
import type { Dictionary } from "../../../shared/words/texts.ts";

const en = {
  language: "Language",
  title: "{headline} · Promedio",
  // The headline of each state, and the sentence below it.
  connecting: "Connecting …",
  connectingDetail: "Looking for the coordinator.",
  preparing: "Getting ready …",
  downloadDetail: "Getting the data: {dataset}, {megabytes} MB so far.",
  layoutDetail: "Preparing the data and measuring this device.",
  ready: "Ready to help",
  readyDetail: "Everything is loaded. Work arrives by itself.",
  idleDetail: "There is no work for this device right now. It continues by itself.",
  helping: "Helping",
  helpingDetail: "{run}, on {count} {count = 1 ? thread : threads}",
  paused: "Paused",
  pausedDetail: "Nothing is computed here until you resume. The others continue.",
  slowed: "Slowed by the browser",
  slowedDetail: "This tab is hidden and gets too little time. Bring it to the front to help again.",
  waiting: "Waiting for a run",
  waitingDetail: "Connected. It starts by itself.",
  over: "The run is over",
  overDetail: "Thank you! Leave this page open: it joins the next run by itself.",
  overClosedDetail:
    "Thank you! The coordinator has closed. Leave this page open: it joins when there is another.",
  closed: "Coordinator closed",
  closedDetail: "It ended before the run was over. This page continues as soon as it is back.",
  unreachable: "No connection",
  unreachableDetail: "The coordinator can't be reached. Trying again; the run loses nothing.",
  lost: "Connection lost",
  lostDetail: "Trying again ({detail}).",
  full: "No room left",
  fullDetail: "The coordinator has as many devices as it accepts. Trying again.",
  refused: "No access",
  tokenDetail: "This link is wrong or out of date. Open the join link that is shown now.",
  originDetail:
    "The coordinator does not accept this address, perhaps because a proxy changes the host name. Open the join link that is shown now.",
  versionDetail: "This page and the coordinator have different versions. Reload it.",
  kernelDetail: "This browser computes different bits from the coordinator, so it can't take part.",
  replacedDetail: "This worker connected a second time; only the newer connection continues.",
  mismatchDetail: "A result of this device was wrong when it was computed again.",
  offencesDetail: "Too many results of this device were invalid.",
  stopped: "Stopped",
  stoppedDetail: "Stopped: {detail}.",
  unable: "Can't take part",
  unableDetail: "This browser lacks WebAssembly SIMD or web workers. A newer browser has them.",
  // Figures.
  samplesPerSecond: "samples per second",
  samplesDone: "samples computed",
  share: "Of this run",
  step: "Step",
  blocksDone: "Blocks done",
  paceLabel: "Samples per second in the last two minutes",
  // Controls.
  name: "Name",
  shownAs: "Shown to the others as “{name}”",
  notShown: "How the others see this device",
  threads: "Threads",
  threadsValue: "{count} of {all}",
  threadsSpoken: "{count} of {all} threads",
  effort: "Effort",
  effortValue: "{percent} %",
  effortSpoken: "busy {percent} % of the time",
  pause: "Pause",
  resume: "Resume",
  joinAgain: "Join again",
  // Notes.
  lacksBoth:
    "Over plain http the browser neither lets threads share memory nor keeps the screen on; it works all the same, but keep this device awake yourself.",
  lacksWakeLock:
    "This browser can't keep the screen on; it works all the same, but keep this device awake yourself.",
  lacksSharedMemory:
    "This browser gives each thread its own copy of the data; it works all the same.",
  learn: "Take part in the lesson",
  watch: "Watch the run",
  drawDigit: "Draw for the network",
  drawing: "A digit of mine",
  drawnDigit: "I draw a",
  drawnClear: "Clear",
  drawnNothing: "Draw on the square with your finger. The network reads it as it is now.",
  drawnAway: "There is no network to read it: the coordinator is away, or has no run.",
  drawnOthers: "This run does not learn digits.",
  drawnRead:
    "After {step} {step = 1 ? step : steps}, the network reads a {read} ({share} %), or else a {second} ({secondShare} %).",
  drawnColumn:
    "My column of the promedio for this {digit}: how fast its loss would rise with each weight. Nothing of it enters the run.",
  column: "My column of the promedio",
  columnNone:
    "What this device's samples say about six weights: how fast the loss would rise with each. It appears with the first step.",
  columnOf:
    "Step {step}, the mean over this device's {samples} {samples = 1 ? sample : samples}: how fast the loss would rise with each weight.",
  columnOthers: "The others' columns, and the average of all",
  about:
    "This page lends some of this device's computing time to train a neural network, and nothing else: no file is read, nothing is installed. Close it to leave.",
} as const;

export type TextKey = keyof typeof en;

const es: Readonly<Record<TextKey, string>> = {
  language: "Idioma",
  title: "{headline} · Promedio",
  connecting: "Conectando …",
  connectingDetail: "Buscando al coordinador.",
  preparing: "Preparando …",
  downloadDetail: "Recibiendo los datos: {dataset}, {megabytes} MB hasta ahora.",
  layoutDetail: "Ordenando los datos y midiendo este dispositivo.",
  ready: "Listo para ayudar",
  readyDetail: "Todo está aquí. El primer trabajo llega solo.",
  idleDetail: "Ahora no hay trabajo para este dispositivo. Sigue solo.",
  helping: "Ayudando",
  helpingDetail: "{run}, en {count} {count = 1 ? hilo : hilos}",
  paused: "En pausa",
  pausedDetail: "Aquí no se calcula nada hasta que continúes. Los demás siguen.",
  slowed: "Lo frena el navegador",
  slowedDetail:
    "Esta pestaña está oculta y recibe muy poco tiempo. Tráela al frente para volver a ayudar.",
  waiting: "En espera",
  waitingDetail: "Conectado. El entrenamiento empieza solo.",
  over: "Terminado",
  overDetail:
    "El entrenamiento terminó. ¡Gracias! Deja esta página abierta: se une sola al siguiente.",
  overClosedDetail:
    "¡Gracias! El coordinador se cerró. Deja esta página abierta: se une cuando haya otro.",
  closed: "Coordinador cerrado",
  closedDetail: "Terminó antes de tiempo. Esta página sigue en cuanto vuelva.",
  unreachable: "Sin conexión",
  unreachableDetail: "No se puede llegar al coordinador. Se intenta de nuevo; no se pierde nada.",
  lost: "Conexión perdida",
  lostDetail: "Se intenta de nuevo solo ({detail}).",
  full: "No queda lugar",
  fullDetail: "Ya ayudan todos los que el coordinador admite. Se intenta de nuevo solo.",
  refused: "Sin acceso",
  tokenDetail: "Este enlace es incorrecto o ya no vale. Abre el enlace que se muestra ahora.",
  originDetail:
    "El coordinador no acepta esta dirección, quizás porque un proxy cambia el nombre del servidor. Abre el enlace que se muestra ahora.",
  versionDetail: "Esta página es de otra versión que el coordinador. Recárgala.",
  kernelDetail:
    "Este navegador calcula bits distintos de los del coordinador, así que no puede participar.",
  replacedDetail: "Este dispositivo se conectó otra vez; solo sigue la conexión más nueva.",
  mismatchDetail: "Un resultado de este dispositivo era incorrecto al calcularlo de nuevo.",
  offencesDetail: "Demasiados resultados de este dispositivo no eran válidos.",
  stopped: "Detenido",
  stoppedDetail: "Detenido: {detail}.",
  unable: "No puede participar",
  unableDetail:
    "A este navegador le falta WebAssembly SIMD o web workers. Uno más nuevo los tiene.",
  samplesPerSecond: "muestras por segundo",
  samplesDone: "muestras calculadas",
  share: "Parte del total",
  step: "Paso",
  blocksDone: "Bloques hechos",
  paceLabel: "Muestras por segundo en los últimos dos minutos",
  name: "Nombre",
  shownAs: "Los demás ven «{name}»",
  notShown: "Cómo ven los demás este dispositivo",
  threads: "Hilos",
  threadsValue: "{count} de {all}",
  threadsSpoken: "{count} de {all} hilos",
  effort: "Esfuerzo",
  effortValue: "{percent} %",
  effortSpoken: "{percent} % del tiempo, el resto es descanso",
  pause: "Pausar",
  resume: "Continuar",
  joinAgain: "Unirse de nuevo",
  lacksBoth:
    "Con http simple, el navegador no deja que los hilos compartan memoria ni mantiene la pantalla encendida; funciona igual, pero mantén despierto este dispositivo.",
  lacksWakeLock:
    "Este navegador no mantiene la pantalla encendida; funciona igual, pero mantén despierto este dispositivo.",
  lacksSharedMemory: "Este navegador da a cada hilo su propia copia de los datos; funciona igual.",
  learn: "Participar en la clase",
  watch: "Mirar el entrenamiento",
  drawDigit: "Dibujar para la red",
  drawing: "Un dígito mío",
  drawnDigit: "Dibujo un",
  drawnClear: "Borrar",
  drawnNothing: "Dibuja en el cuadro con el dedo. La red lo lee tal como está ahora.",
  drawnAway: "No hay red que lo lea: el coordinador no está, o no hay entrenamiento.",
  drawnOthers: "Este entrenamiento no aprende dígitos.",
  drawnRead:
    "Tras {step} {step = 1 ? paso : pasos}, la red lee un {read} ({share} %), o si no un {second} ({secondShare} %).",
  drawnColumn:
    "Mi columna del promedio para este {digit}: cuánto subiría su pérdida con cada peso. Nada de esto entra en el entrenamiento.",
  column: "Mi columna del promedio",
  columnNone:
    "Lo que dicen las muestras de este dispositivo sobre seis pesos: cuánto subiría la pérdida con cada uno. Aparece con el primer paso.",
  columnOf:
    "Paso {step}, la media de {samples} {samples = 1 ? muestra : muestras} de este dispositivo: cuánto subiría la pérdida con cada peso.",
  columnOthers: "Las columnas de los demás y el promedio de todas",
  about:
    "Esta página presta algo del tiempo de cálculo de este dispositivo para entrenar una red neuronal, y nada más: no se lee ningún archivo, no se instala nada. Ciérrala para salir.",
};

export const texts: Dictionary<TextKey> = { en, es };
