/** @file The texts of the section about the learning rate of the page's network. */
import { translationOf } from "../../../../shared/words/template.ts";
import type { SectionTexts } from "../section-texts.ts";

const spanish = {
  title: "La tasa, en la red",
  claim: "Con una tasa baja la red aprende muy despacio; con una alta, diverge.",
  question:
    "La red da sesenta pasos desde el mismo inicio con cada tasa. ¿Con cuál acaba más bajo el costo, en descenso simple? Toca el sitio.",
  right: "¡Eso es! Con η = {best}, el costo baja a {bestCost}.",
  wrong: "Con η = {best}, el costo baja a {bestCost}.",
  numbers:
    "Con η = {rate}, {steps} pasos llevan el costo de {first} a {cost}. Con {method}, la mejor es {methodBest} ({methodCost}); desde {worse}, acaba peor que al empezar.",
  numbersNever:
    "Con η = {rate}, {steps} pasos llevan el costo de {first} a {cost}. Con {method}, la mejor es {methodBest} ({methodCost}); ninguna acaba peor que al empezar.",
  infinite: "infinito",
  careful:
    "2/λ es el límite de un valle que no cambia. Al empezar aquí λ = {curvature} y 2/λ = {limit}; la mejor tasa medida es {best}: al aprender, λ cambia.",
  picture: "Costo de la red tras sesenta pasos, según la tasa",
  optimizer: "método",
  rate: "tasa η",
  cost: "costo",
  sgd: "descenso simple",
  momentum: "momentum",
  adam: "Adam",
  start: "al empezar",
  best: "la mejor",
  limit: "2/λ",
  none: "–",
} as const;

const english = translationOf<typeof spanish>()({
  title: "The rate, on the network",
  claim: "At a low rate the network learns very slowly; at a high one it diverges.",
  question:
    "The network takes sixty steps from the same start at each rate. At which one does the cost end lowest, in plain descent? Tap the place.",
  right: "Exactly! At η = {best} the cost falls to {bestCost}.",
  wrong: "At η = {best} the cost falls to {bestCost}.",
  numbers:
    "At η = {rate}, {steps} steps take the cost from {first} to {cost}. With {method}, the best is {methodBest} ({methodCost}); from {worse} on it ends worse than it began.",
  numbersNever:
    "At η = {rate}, {steps} steps take the cost from {first} to {cost}. With {method}, the best is {methodBest} ({methodCost}); none ends worse than it began.",
  infinite: "infinity",
  careful:
    "2/λ is the limit of a valley that stays the same. At the start here λ = {curvature} and 2/λ = {limit}; the best rate measured is {best}: while it learns, λ changes.",
  picture: "Cost of the network after sixty steps, by the rate",
  optimizer: "method",
  rate: "rate η",
  cost: "cost",
  sgd: "plain descent",
  momentum: "momentum",
  adam: "Adam",
  start: "at the start",
  best: "the best",
  limit: "2/λ",
  none: "–",
});

export type RatesKey = keyof typeof spanish;
export const ratesTexts: SectionTexts<RatesKey> = { es: spanish, en: english };
