/** @file The texts of the section about momentum. */
import { translationOf } from "../../../../shared/words/template.ts";
import type { SectionTexts } from "../section-texts.ts";

const spanish = {
  title: "Momentum",
  claim: "Momentum recuerda los pasos anteriores y empuja con más fuerza hacia donde apuntan.",
  question:
    "El descenso simple ya dio seis pasos. Con la misma tasa, ¿dónde está momentum tras los suyos? Toca el sitio.",
  right: "¡Eso es! Detrás: v es un promedio, y al principio casi no promedia nada.",
  wrong: "Detrás: v es un promedio, y al principio casi no promedia nada.",
  numbers:
    "η = {rate}, β = {beta}: el descenso simple {plainSteps}; momentum {momentumSteps}. Divergen desde η = {plainLimit} y {momentumLimit}.",
  arrives: "llega en {steps} pasos",
  arrivesNot: "no llega en {steps} pasos",
  diverges: "diverge",
  careful:
    "Promediando empuja menos: en pendiente constante, diez pasos avanzan {averageTravel} η; sin momentum, 10 η; sumando, {sumTravel} η. Lo que compra es otra tasa: con κ = 100, {tuned} pasos en vez de {plain}.",
  picture: "Dos descensos por un valle alargado: simple y con momentum",
  beta: "memoria β",
  rate: "tasa η",
  form: "v es",
  average: "un promedio (1 − β)",
  sum: "una suma",
  x: "inicio w₁",
  y: "inicio w₂",
  usual: "0,9",
  none: "sin memoria",
  tunedBeta: "la mejor",
  bestPlain: "mejor sin momentum",
  bestMomentum: "mejor con momentum",
  plain: "simple",
  momentum: "momentum",
  inertia: "βv",
  pull: "gradiente",
  velocity: "v",
  step: "paso",
} as const;

const english = translationOf<typeof spanish>()({
  title: "Momentum",
  claim: "Momentum remembers earlier steps and pushes harder in their direction.",
  question:
    "Plain descent has taken six steps. At the same rate, where is momentum after its six? Tap the place.",
  right: "Exactly! Behind: v is an average, and at first there is almost nothing to average.",
  wrong: "Behind: v is an average, and at first there is almost nothing to average.",
  numbers:
    "η = {rate}, β = {beta}: plain descent {plainSteps}; momentum {momentumSteps}. They diverge from η = {plainLimit} and {momentumLimit} on.",
  arrives: "arrives in {steps} steps",
  arrivesNot: "has not arrived after {steps} steps",
  diverges: "diverges",
  careful:
    "As an average it pushes less: on a constant slope, ten steps go {averageTravel} η; without momentum, 10 η; as a sum, {sumTravel} η. What it buys is another rate: at κ = 100, {tuned} steps instead of {plain}.",
  picture: "Two descents along a ravine: plain and with momentum",
  beta: "memory β",
  rate: "rate η",
  form: "v is",
  average: "an average (1 − β)",
  sum: "a sum",
  x: "start w₁",
  y: "start w₂",
  usual: "0.9",
  none: "no memory",
  tunedBeta: "the best",
  bestPlain: "best without momentum",
  bestMomentum: "best with momentum",
  plain: "plain",
  momentum: "momentum",
  inertia: "βv",
  pull: "gradient",
  velocity: "v",
  step: "step",
});

export type MomentumKey = keyof typeof spanish;
export const momentumTexts: SectionTexts<MomentumKey> = { es: spanish, en: english };
