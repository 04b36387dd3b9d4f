/** @file The texts of the section about costs of classes. */
import { translationOf } from "../../../shared/words/template.ts";
import type { SectionTexts } from "./section-texts.ts";

const spanish = {
  title: "Entropía cruzada",
  claim: "Para clasificar se usan BCE, con sigmoide, y CCE, con softmax.",
  question:
    "La red está segura y se equivoca: z = −8, pero la respuesta es sí. La entropía cruzada empuja con fuerza 1. ¿Con cuánta empuja el MSE? Toca la altura.",
  right: "¡Eso es! Casi nada: {wrongMse}. El MSE enmudece justo cuando el error es mayor.",
  wrong:
    "Casi nada: {wrongMse}, frente a {wrongBce}. El MSE enmudece justo cuando el error es mayor.",
  numbers:
    "Con z = {logit}, p = {p}. Entropía cruzada: costo {bceCost}, empuje {bcePush}. MSE: costo {mseCost}, empuje {msePush}.",
  careful:
    "A la CCE de la diapositiva le falta 1/n: con {count} datos como este, sumar da un paso de {sumStep}; promediar, de {meanStep}.",
  picture: "Fuerza con la que cada costo empuja a z cuando la respuesta es sí",
  logit: "salida z, antes de la sigmoide",
  count: "datos n",
  view: "qué se ve",
  push: "empuje |∂L/∂z|",
  cost: "costo",
  bce: "entropía cruzada",
  mse: "MSE",
  mean: "media",
  sum: "suma",
} as const;

const english = translationOf<typeof spanish>()({
  title: "Cross-entropy",
  claim: "Classification uses BCE, with a sigmoid, and CCE, with softmax.",
  question:
    "The network is sure and wrong: z = −8, but the answer is yes. Cross-entropy pushes with strength 1. How hard does MSE push? Tap the height.",
  right: "Exactly! Hardly at all: {wrongMse}. MSE falls silent just where the error is largest.",
  wrong:
    "Hardly at all: {wrongMse}, against {wrongBce}. MSE falls silent just where the error is largest.",
  numbers:
    "At z = {logit}, p = {p}. Cross-entropy: cost {bceCost}, push {bcePush}. MSE: cost {mseCost}, push {msePush}.",
  careful:
    "The slide's CCE lacks 1/n: with {count} samples like this one, summing takes a step of {sumStep}; averaging, of {meanStep}.",
  picture: "How hard each cost pushes z when the answer is yes",
  logit: "output z, before the sigmoid",
  count: "samples n",
  view: "shown",
  push: "push |∂L/∂z|",
  cost: "cost",
  bce: "cross-entropy",
  mse: "MSE",
  mean: "mean",
  sum: "sum",
});

export type CrossEntropyKey = keyof typeof spanish;
export const crossEntropyTexts: SectionTexts<CrossEntropyKey> = { es: spanish, en: english };
