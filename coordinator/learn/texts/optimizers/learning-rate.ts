/** @file The texts of the section about the learning rate. */
import { translationOf } from "../../../../shared/words/template.ts";
import type { SectionTexts } from "../section-texts.ts";

const spanish = {
  title: "La tasa de aprendizaje",
  claim: "Con una tasa baja se avanza muy despacio; con una alta se salta el mínimo.",
  question:
    "El primer paso cruzó el valle de lado a lado. Con la misma tasa, ¿dónde cae el segundo? Toca el sitio.",
  right:
    "¡Eso es! Vuelve a cruzar: a lo ancho, cada paso multiplica la distancia por {quizFactor}.",
  wrong: "Vuelve a cruzar: a lo ancho, cada paso multiplica la distancia por {quizFactor}.",
  numbersArrives:
    "η = {rate}: cada paso multiplica la distancia por {along} a lo largo y por {across} a lo ancho. En {arrival} pasos queda el 1 %.",
  numbersLeaves:
    "η = {rate}: cada paso multiplica la distancia por {along} a lo largo y por {across} a lo ancho. En el paso {left} sale del mapa y no vuelve.",
  numbersNeither:
    "η = {rate}: cada paso multiplica la distancia por {along} a lo largo y por {across} a lo ancho. Tras {steps} pasos queda el {remaining}.",
  careful:
    "Saltar de lado a lado no es divergir: entre 1/λ = {one} y 2/λ = {two} llega igual. Solo más allá de 2/λ se aleja para siempre.",
  picture: "Descenso por un valle visto desde arriba",
  rate: "tasa η",
  curvature: "curvatura λ a lo ancho",
  x: "inicio w₁",
  y: "inicio w₂",
  start: "inicio",
  low: "baja",
  one: "1/λ",
  best: "la mejor",
  two: "2/λ",
  step: "paso",
  cost: "costo",
} as const;

const english = translationOf<typeof spanish>()({
  title: "The learning rate",
  claim: "A low rate makes slow progress; a high one jumps over the minimum.",
  question:
    "The first step went right across the valley. With the same rate, where does the second one land? Tap the place.",
  right: "Exactly! It crosses again: each step multiplies the distance across by {quizFactor}.",
  wrong: "It crosses again: each step multiplies the distance across by {quizFactor}.",
  numbersArrives:
    "η = {rate}: each step multiplies the distance by {along} along the valley and by {across} across it. After {arrival} steps 1% is left.",
  numbersLeaves:
    "η = {rate}: each step multiplies the distance by {along} along the valley and by {across} across it. At step {left} it leaves the map for good.",
  numbersNeither:
    "η = {rate}: each step multiplies the distance by {along} along the valley and by {across} across it. After {steps} steps {remaining} is left.",
  careful:
    "Jumping from side to side is not divergence: between 1/λ = {one} and 2/λ = {two} it still arrives. Only beyond 2/λ does it go away for ever.",
  picture: "Descent into a valley, seen from above",
  rate: "rate η",
  curvature: "curvature λ across",
  x: "start w₁",
  y: "start w₂",
  start: "start",
  low: "low",
  one: "1/λ",
  best: "the best",
  two: "2/λ",
  step: "step",
  cost: "cost",
});

export type LearningRateKey = keyof typeof spanish;
export const learningRateTexts: SectionTexts<LearningRateKey> = { es: spanish, en: english };
