/** @file The texts of the section about batch, stochastic and mini-batch descent. */
import { translationOf } from "../../../../shared/words/template.ts";
import type { SectionTexts } from "../section-texts.ts";

const spanish = {
  title: "Batch, estocástico, mini-batch",
  claim:
    "El gradiente se calcula sobre todo el dataset, sobre una observación o sobre unas cuantas.",
  question:
    "La misma red ve 4000 dígitos. En mini-batches da muchos pasos: es la curva. Con mil a la vez da solo 4. ¿En qué costo acaba? Toca la altura.",
  right:
    "¡Eso es! El batch acaba en {endFull}; el mini-batch, con {miniSteps} pasos, en {endMini}.",
  wrong: "El batch acaba en {endFull}; el mini-batch, con {miniSteps} pasos, en {endMini}.",
  numbers:
    "Tras {digits} dígitos, con η = {rate}: estocástico {one}; mini-batch de {batch}, {mini}; batch {full}.",
  numbersBySteps:
    "Tras {steps} pasos, con η = {rate}: estocástico {one}; mini-batch de {batch}, {mini}; batch {full}.",
  careful:
    "«Todo el dataset» da el paso con menos ruido, pero cuesta {count} gradientes. Con {allDigits} dígitos llega a {endFull}, el mini-batch a {endMini}; a igual número de pasos ({allSteps}), a {stepFull} y {stepMini}.",
  picture: "Costo de la red mientras aprende con tres tamaños de batch",
  cost: "costo medio",
  batch: "tamaño del mini-batch",
  rate: "tasa η",
  axis: "comparar a igual número de",
  digits: "dígitos",
  steps: "pasos",
  digitsAxis: "dígitos vistos",
  stepsAxis: "pasos",
  stochastic: "estocástico (1)",
  mini: "mini-batch ({batch})",
  full: "batch ({count})",
  single: "1",
  everything: "todos",
  usual: "20",
} as const;

const english = translationOf<typeof spanish>()({
  title: "Batch, stochastic, mini-batch",
  claim: "The gradient is taken over the whole dataset, over one observation, or over a few.",
  question:
    "The same network sees 4,000 digits. In mini-batches it takes many steps: that is the curve. A thousand at a time, it takes only 4. At which cost does it end? Tap the height.",
  right:
    "Exactly! The batch ends at {endFull}; the mini-batch, with {miniSteps} steps, at {endMini}.",
  wrong: "The batch ends at {endFull}; the mini-batch, with {miniSteps} steps, at {endMini}.",
  numbers:
    "After {digits} digits, with η = {rate}: stochastic {one}; mini-batch of {batch}, {mini}; batch {full}.",
  numbersBySteps:
    "After {steps} steps, with η = {rate}: stochastic {one}; mini-batch of {batch}, {mini}; batch {full}.",
  careful:
    "“The whole dataset” gives the step with the least noise, but it costs {count} gradients. With {allDigits} digits it gets to {endFull}, the mini-batch to {endMini}; in as many steps ({allSteps}), to {stepFull} and {stepMini}.",
  picture: "Cost of the network while it learns with three sizes of batch",
  cost: "mean cost",
  batch: "size of the mini-batch",
  rate: "rate η",
  axis: "compare at the same number of",
  digits: "digits",
  steps: "steps",
  digitsAxis: "digits seen",
  stepsAxis: "steps",
  stochastic: "stochastic (1)",
  mini: "mini-batch ({batch})",
  full: "batch ({count})",
  single: "1",
  everything: "all",
  usual: "20",
});

export type BatchesKey = keyof typeof spanish;
export const batchesTexts: SectionTexts<BatchesKey> = { es: spanish, en: english };
