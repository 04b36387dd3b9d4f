/** @file The texts of a lesson on `/learn`. */
import { fill, translationOf } from "../../../shared/words/template.ts";
import type { Dictionary } from "../../../shared/words/texts.ts";
import { language } from "../language.ts";

const spanish = {
  lesson: "La clase",
  people: "{count} {count = 1 ? persona : personas}",
  away: "Sin conexión con la clase; se reintenta …",
  over: "La clase no admite este código.",
  follows: "Sigues a quien da la clase",
  isAlone: "Exploras por tu cuenta",
  letGo: "Ir por mi cuenta",
  followAgain: "Seguir otra vez",
  lead: "Síganme",
  leading: "La clase te sigue",
  bet: "Apuesta",
  openBet: "Apostar: {title}",
  close: "Cerrar la votación",
  showAll: "Mostrar los dibujos",
  reveal: "Mostrar la respuesta",
  again: "Votar otra vez",
  end: "Terminar",
  goThere: "Ir a la actividad",
  answeredOf: "{answered} de {people}",
  answer: "respuesta",
  betOpen: "La clase apuesta ahora. Toca la imagen: {answered} de {people} ya lo hicieron.",
  betTaken: "Tu apuesta llegó; puedes moverla. Han apostado {answered} de {people}.",
  betOpenLead: "La clase apuesta ahora. Han apostado {answered} de {people}.",
  betClosed:
    "{count} {count = 1 ? apuesta : apuestas} de la clase. ¿Quién tiene razón? Discútanlo.",
  betNone: "Nadie apostó.",
  betNear: "cerca: {share}",
  betNearTwice: "cerca: {before} → {share}",
  betRevealed:
    "De {count} {count = 1 ? apuesta : apuestas}, el {share} quedó cerca de la respuesta.",
  betRevealedTwice:
    "Cerca de la respuesta: primero el {before}, ahora el {share} de {count} {count = 1 ? apuesta : apuestas}.",
  computing: "Calculando …",
  noAnswer: "La red no responde; recarga la página.",
  column: "Mi columna",
  rates: "Una tasa cada uno",
  writing: "Nuestra letra",
  writingLead: "La red aprendió con otros dígitos. ¿Lee los nuestros?",
  drawThis: "Dibuja un {digit} con el dedo.",
  drawAgain: "Borrar",
  writingSent: "Tu dibujo llegó. Si dibujas otro, cuenta el último.",
  writingCount: "{answered} de {people} ya dibujaron. Los dibujos se ven al final, sin nombres.",
  writingNone: "Nadie dibujó.",
  writingNumbers:
    "La red lee bien {right} de {count = 1 ? nuestro : nuestros} {count} {count = 1 ? dígito : dígitos}: el {share}. De los dígitos de sus datos, el {data}.",
  writingAll: "Nuestros dígitos",
  readAs: "un {drawn}, leído como {read} ({share})",
  confusion: "Qué confunde con qué",
  drawnRead: "dibujado \\ leído",
  mistake: "El error en que está más segura",
  mistakeIs: "Es un {drawn}, y la red está segura al {share} de que es un {read}.",
  mistakePixels:
    "En azul, los píxeles que hablan a favor del {read}; en naranja, a favor del {drawn}. Es una primera aproximación.",
  mistakeUnits:
    "Antes de softmax, el {read} aventaja al {drawn} en {lead}. De las neuronas de la última capa oculta, las que más hablan a su favor: {units}. Las que hablan en contra suman {against}; los sesgos, {bias}.",
  ratesLead:
    "La misma red, los mismos 1000 dígitos, {steps} pasos de {optimizer}: solo cambia la tasa. Cada dispositivo pone un punto.",
  optimizer: "Optimizador",
  steps: "Pasos",
  trainAgain: "Que todos entrenen así",
  "with-sgd": "SGD",
  "with-momentum": "momentum",
  "with-nag": "Nesterov",
  "with-rmsprop": "RMSprop",
  "with-adam": "Adam",
  yourRate: "tu tasa η",
  train: "Entrenar con esta",
  training: "Entrenando …",
  youTrained: "Con η = {rate}, el costo pasó de {first} a {cost}.",
  youDiverged:
    "Con η = {rate}, los números se desbordaron en el paso {steps}: divergió. También es un resultado.",
  ratesNone: "Todavía no hay ningún punto.",
  ratesNumbers:
    "{count} {count = 1 ? punto : puntos}. La mejor tasa hasta ahora: {rate}, con un costo de {cost}. Acabaron peor que antes de entrenar (✕ fuera de la imagen): {worse}.",
  ratesPicture: "El costo tras entrenar, según la tasa.",
  rateAxis: "tasa η",
  costAxis: "costo tras {steps} pasos",
  beforeTraining: "antes de entrenar",
  you: "tú",
  columnLead: "Cada dispositivo toma una observación y llena una columna de la tabla del promedio.",
  momentRun:
    "La red es la que se está entrenando, detenida para la clase en el paso {step}. El entrenamiento sigue sin enterarse.",
  momentOwn: "La red es la de esta página, tras 20 pasos: la misma en todos los dispositivos.",
  drawOwn: "O dibuja un {digit} tuyo",
  takeBatch: "Volver a la del lote",
  yourDigit: "tu dígito, un {label}",
  columnDealt:
    "Te tocó este {label} del lote. La red le da una probabilidad del {share}. El parecido de tu gradiente con el promedio de los {count} es {cosine} (1: la misma dirección; 0: nada en común).",
  columnDrawn:
    "Este {label} es tuyo. La red le da una probabilidad del {share}. El parecido de tu gradiente con el promedio de los {count} es {cosine} (1: la misma dirección; 0: nada en común).",
  row: "Fila de la imagen:",
  columnTable: "La tabla del promedio, una columna por dispositivo",
  parameter: "parámetro",
  meanOfClass: "media de la clase ({count})",
  meanOfAll: "media de {count}",
  columnNone: "Todavía no hay ninguna columna.",
  columnNumbers:
    "{name}: la media de {count} {count = 1 ? columna : columnas} es {mean}; la de todos los dígitos, {full}. El parecido de un solo dígito con el promedio es {cosine} (mediana).",
  columnPicture: "Cómo se asienta la media cuando llegan columnas.",
  devices: "dispositivos",
  gradientOf: "gradiente de {name}",
  allDigits: "media de todos",
} as const;

const english = translationOf<typeof spanish>()({
  lesson: "The lesson",
  people: "{count} {count = 1 ? person : people}",
  away: "No connection to the lesson; trying again …",
  over: "The lesson does not accept this token.",
  follows: "You are following the lecturer",
  isAlone: "You explore on your own",
  letGo: "Go my own way",
  followAgain: "Follow again",
  lead: "Follow me",
  leading: "The class follows you",
  bet: "Bet",
  openBet: "Bet: {title}",
  close: "Close the vote",
  showAll: "Show the drawings",
  reveal: "Show the answer",
  again: "Vote again",
  end: "End",
  goThere: "Go to the activity",
  answeredOf: "{answered} of {people}",
  answer: "answer",
  betOpen: "The class bets now. Tap the picture: {answered} of {people} have done so.",
  betTaken: "Your bet has arrived; you can move it. {answered} of {people} have bet.",
  betOpenLead: "The class bets now. {answered} of {people} have bet.",
  betClosed: "{count} {count = 1 ? bet : bets} of the class. Who is right? Discuss it.",
  betNone: "Nobody has bet.",
  betNear: "near: {share}",
  betNearTwice: "near: {before} → {share}",
  betRevealed:
    "{share} of {count} {count = 1 ? bet : bets} {count = 1 ? was : were} near the answer.",
  betRevealedTwice:
    "Near the answer: first {before}, now {share} of {count} {count = 1 ? bet : bets}.",
  computing: "Computing …",
  noAnswer: "The network does not answer; reload the page.",
  column: "My column",
  rates: "A rate each",
  writing: "Our handwriting",
  writingLead: "The network learned from other digits. Can it read ours?",
  drawThis: "Draw a {digit} with your finger.",
  drawAgain: "Clear",
  writingSent: "Your drawing has arrived. If you draw another one, the last one counts.",
  writingCount:
    "{answered} of {people} have drawn. The drawings are shown at the end, without names.",
  writingNone: "Nobody has drawn.",
  writingNumbers:
    "The network reads {right} of our {count} {count = 1 ? digit : digits} right: {share}. Of the digits in its data, {data}.",
  writingAll: "Our digits",
  readAs: "a {drawn}, read as {read} ({share})",
  confusion: "Which digit is taken for which",
  drawnRead: "drawn \\ read",
  mistake: "The most confident mistake",
  mistakeIs: "This is a {drawn}, and the network is {share} sure that it is a {read}.",
  mistakePixels:
    "Blue: the pixels that speak for a {read}; orange: those that speak for a {drawn}. This is a first approximation.",
  mistakeUnits:
    "Before softmax, the {read} is ahead of the {drawn} by {lead}. Of the neurons in the last hidden layer, these speak for it most: {units}. Those against it add up to {against}, the biases to {bias}.",
  ratesLead:
    "The same network, the same 1,000 digits, {steps} steps of {optimizer}: only the rate differs. Each device adds a dot.",
  optimizer: "Optimizer",
  steps: "Steps",
  trainAgain: "Everybody trains like this",
  "with-sgd": "SGD",
  "with-momentum": "momentum",
  "with-nag": "Nesterov",
  "with-rmsprop": "RMSprop",
  "with-adam": "Adam",
  yourRate: "your rate η",
  train: "Train with this one",
  training: "Training …",
  youTrained: "With η = {rate}, the cost went from {first} to {cost}.",
  youDiverged:
    "With η = {rate}, the numbers overflowed at step {steps}: it diverged. That is a result, too.",
  ratesNone: "There is no dot yet.",
  ratesNumbers:
    "{count} {count = 1 ? dot : dots}. The best rate so far: {rate}, with a cost of {cost}. Worse than before training (✕ off the picture): {worse}.",
  ratesPicture: "The cost after training, by the rate.",
  rateAxis: "rate η",
  costAxis: "cost after {steps} steps",
  beforeTraining: "before training",
  you: "you",
  columnLead: "Each device takes one observation and fills in a column of the table of averages.",
  momentRun:
    "The network is the one being trained, held for the class at step {step}. Training continues undisturbed.",
  momentOwn: "The network is this page's own, after 20 steps: the same on every device.",
  drawOwn: "Or draw a {digit} of your own",
  takeBatch: "Back to the one of the batch",
  yourDigit: "your digit, a {label}",
  columnDealt:
    "You were dealt this {label} from the batch. The network gives it a probability of {share}. Your gradient's agreement with the mean of all {count} is {cosine} (1: the same direction, 0: nothing in common).",
  columnDrawn:
    "This {label} is yours. The network gives it a probability of {share}. Your gradient's agreement with the mean of all {count} is {cosine} (1: the same direction, 0: nothing in common).",
  row: "Row in the picture:",
  columnTable: "The table of averages, one column per device",
  parameter: "parameter",
  meanOfClass: "mean of the class ({count})",
  meanOfAll: "mean of {count}",
  columnNone: "There is no column yet.",
  columnNumbers:
    "{name}: the mean of {count} {count = 1 ? column : columns} is {mean}, that of all digits {full}. A single digit's agreement with the mean is {cosine} (median).",
  columnPicture: "How the mean settles as columns arrive.",
  devices: "devices",
  gradientOf: "gradient of {name}",
  allDigits: "mean of all",
});

export type ClassKey = keyof typeof spanish;
const classTexts: Dictionary<ClassKey> = { es: spanish, en: english };

/** One of the texts in the page's language. */
export function say(key: ClassKey, values: Readonly<Record<string, string>> = {}): string {
  return fill(classTexts[language][key], { show: (name) => values[name], isTerminal: false });
}
