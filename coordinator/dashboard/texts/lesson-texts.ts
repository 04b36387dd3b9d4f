/** @file Texts of a lesson: its presets, each with a sentence of what to look at, and what a room needs. */

const en = {
  lesson: "For a lesson",
  leadLesson:
    "Lead the class through the lecture, in large type: bets, columns, rates, handwriting",
  lessonHow:
    "One click trains the lecture's network with these settings. The run that is shown is stopped and saved, and its curves stay to compare with.",
  waitFor: "Wait for so many devices, also when you train again",
  waitForNobody: "don't wait",
  lessonLength: "Length",
  asPreset: "short, as given",
  aboutMinutes: "about {minutes} min, time to join",
  columnEach:
    "A column for each of {devices} {devices = 1 ? device : devices}: a batch of {batch} (not for the batches, which are their own point)",
  batchOffer: "Batch of {batch}, a column for each of {devices} {devices = 1 ? device : devices}",
  lookAt: "Look at this: {what}",
  network: "The network that learns",
  networkHow:
    "Lines are weights: the thicker, the stronger; blue excites, orange and dashed calms. A neuron is as dark as what it says about this digit. From the digit, the pixels that weigh most in each neuron.",
  networkReads: "This is {truth}. The network reads {answer}, with {share}.",
  nextDigit: "Another digit",
  grouprates: "Learning rate",
  groupbatches: "Batch",
  groupoptimizers: "Each optimizer at its best rate",
  presetrateLow: "Too low",
  presetrateRight: "Right",
  presetrateHigh: "Too high",
  presetbatchOne: "One sample",
  presetbatchSome: "64 samples",
  presetbatchAll: "All samples",
  presetsearch: "Local search",
  presetsgd: "Gradient descent",
  presetmomentum: "Momentum",
  presetnag: "Nesterov",
  presetrmsprop: "RMSprop",
  presetadam: "Adam",
  lookrateLow: "The loss hardly falls. Every step goes the right way and is far too short.",
  lookrateRight:
    "The loss falls at once, then levels off low. The steps are as long as the valley.",
  lookrateHigh:
    "The loss jumps up and stays there. Each step lands beyond the valley, higher than it was.",
  lookbatchOne:
    "Against samples, the fastest start of the three, and a training loss that trembles: each step follows one sample.",
  lookbatchSome:
    "A smoother loss than with one sample. Set the axis to samples: one step for 64 of them gets less far.",
  lookbatchAll:
    "One step an epoch. After the same samples it has hardly learned: the smoothest way is not the fastest.",
  looksearch:
    "No gradient, so no promedio table. It tries 16 neighbours and keeps the best: among 13,002 weights few steps go far down.",
  looksgd: "The measure for the others: each step is the batch's gradient times the rate.",
  lookmomentum:
    "The same rate as plain descent, but each step follows an average of past gradients. Who is ahead after one epoch?",
  looknag:
    "The gradient is taken where momentum would land. Compare the first epochs with momentum's.",
  lookrmsprop:
    "A rate 316 times smaller than that of plain descent, and no slower: each weight's rate is divided by the size of its gradients.",
  lookadam:
    "Momentum and RMSprop in one. Is it the best of both here? Compare the test loss of all of them.",
} as const;

const es: Readonly<Record<keyof typeof en, string>> = {
  lesson: "Para una clase",
  leadLesson: "Llevar a la clase por la charla, en letra grande: apuestas, columnas, tasas, letra",
  lessonHow:
    "Un clic entrena la red de la charla con estos ajustes. El entrenamiento que se ve se detiene y se guarda, y sus curvas quedan para comparar.",
  waitFor: "Esperar a tantos dispositivos, también al entrenar otra vez",
  waitForNobody: "no esperar",
  lessonLength: "Duración",
  asPreset: "corta, como viene",
  aboutMinutes: "unos {minutes} min, con tiempo para unirse",
  columnEach:
    "Una columna para {devices = 1 ? el : cada uno de los} {devices} {devices = 1 ? dispositivo : dispositivos}: un lote de {batch} (no en los lotes, que son su propio tema)",
  batchOffer:
    "Lote de {batch}, una columna para {devices = 1 ? el : cada uno de los} {devices} {devices = 1 ? dispositivo : dispositivos}",
  lookAt: "Fíjate en esto: {what}",
  network: "La red que aprende",
  networkHow:
    "Las líneas son pesos: cuanto más gruesas, más fuertes; azul excita, naranja a trazos calma. Una neurona es tan oscura como lo que dice de este dígito. Desde el dígito, los píxeles que más pesan en cada neurona.",
  networkReads: "Es {truth}. La red lee {answer}, con {share}.",
  nextDigit: "Otro dígito",
  grouprates: "Tasa de aprendizaje",
  groupbatches: "Lote",
  groupoptimizers: "Cada optimizador con su mejor tasa",
  presetrateLow: "Demasiado baja",
  presetrateRight: "Buena",
  presetrateHigh: "Demasiado alta",
  presetbatchOne: "Una muestra",
  presetbatchSome: "64 muestras",
  presetbatchAll: "Todas las muestras",
  presetsearch: "Búsqueda local",
  presetsgd: "Descenso de gradiente",
  presetmomentum: "Momentum",
  presetnag: "Nesterov",
  presetrmsprop: "RMSprop",
  presetadam: "Adam",
  lookrateLow: "La pérdida apenas baja. Cada paso va bien dirigido y es demasiado corto.",
  lookrateRight:
    "La pérdida baja enseguida y se asienta abajo. Los pasos son tan largos como el valle.",
  lookrateHigh:
    "La pérdida salta hacia arriba y ahí se queda. Cada paso cae más allá del valle, más alto que antes.",
  lookbatchOne:
    "Según las muestras, el arranque más rápido de los tres, y una pérdida que tiembla: cada paso sigue a una sola muestra.",
  lookbatchSome:
    "Una pérdida más lisa que con una muestra. Pon el eje en muestras: un paso por cada 64 llega menos lejos.",
  lookbatchAll:
    "Un paso por época. Con las mismas muestras apenas ha aprendido: el camino más liso no es el más rápido.",
  looksearch:
    "No hay gradiente, así que no hay tabla del promedio. Prueba 16 vecinos y se queda con el mejor: entre 13.002 pesos, pocos pasos bajan mucho.",
  looksgd: "La medida para los demás: cada paso es el gradiente del lote por la tasa.",
  lookmomentum:
    "La misma tasa que el descenso simple, pero cada paso sigue una media de gradientes pasados. ¿Cuál va delante tras una época?",
  looknag:
    "El gradiente se toma donde caería el momentum. Compara las primeras épocas con las del momentum.",
  lookrmsprop:
    "Una tasa 316 veces menor que la del descenso simple, y no es más lento: la tasa de cada peso se divide por el tamaño de sus gradientes.",
  lookadam:
    "Momentum y RMSprop en uno. ¿Es aquí lo mejor de los dos? Compara la pérdida de prueba de todos.",
};

export const lessonTexts = { en, es };
