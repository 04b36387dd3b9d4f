/** @file The texts of the section about RMSprop. */
import { translationOf } from "../../../../shared/words/template.ts";
import type { SectionTexts } from "../section-texts.ts";

const spanish = {
  title: "RMSprop",
  claim: "A cada peso su tasa: menor donde el gradiente es grande, mayor donde es pequeño.",
  question:
    "Un gradiente es mucho mayor que el otro: el descenso simple salta a lo ancho y apenas avanza. ¿Dónde está RMSprop tras cinco pasos? Toca el sitio.",
  right: "¡Eso es! En diagonal: pasos casi iguales, con gradientes {ratio} a 1.",
  wrong: "En diagonal: pasos casi iguales, con gradientes {ratio} a 1.",
  numbers:
    "Paso {t}. A lo largo: gradiente {gAlong}, tasa {rateAlong}, paso {stepAlong}. A lo ancho: gradiente {gAcross}, tasa {rateAcross}, paso {stepAcross}.",
  careful:
    "Pequeña es la tasa, no el paso: el primero mide {first} = {firstShare} η con cualquier gradiente; al final salta ±{hop} en torno al mínimo. Y v no es una varianza: +1, +1, … y +1, −1, … dan {steady} y {alternating}.",
  picture: "Dos descensos por un valle muy alargado: simple y RMSprop",
  stretch: "alargamiento κ",
  rate: "tasa η",
  scale: "costo",
  once: "× 1",
  thousand: "× 1000",
  x: "inicio w₁",
  y: "inicio w₂",
  round: "1",
  ten: "10",
  hundred: "100",
  limit: "límite del simple, 2/λ",
  tenth: "0,1",
  plain: "simple",
  rmsprop: "RMSprop",
  step: "paso",
} as const;

const english = translationOf<typeof spanish>()({
  title: "RMSprop",
  claim: "A rate for each weight: lower where the gradient is large, higher where it is small.",
  question:
    "One gradient is much larger than the other: plain descent jumps across and gets nowhere. Where is RMSprop after five steps? Tap the place.",
  right: "Exactly! Along the diagonal: almost equal steps, from gradients {ratio} to 1.",
  wrong: "Along the diagonal: almost equal steps, from gradients {ratio} to 1.",
  numbers:
    "Step {t}. Along: gradient {gAlong}, rate {rateAlong}, step {stepAlong}. Across: gradient {gAcross}, rate {rateAcross}, step {stepAcross}.",
  careful:
    "The rate is small, not the step: the first one is {first} = {firstShare} η for any gradient; in the end it hops ±{hop} around the minimum. And v is not a variance: +1, +1, … and +1, −1, … give {steady} and {alternating}.",
  picture: "Two descents along a very long ravine: plain and RMSprop",
  stretch: "stretch κ",
  rate: "rate η",
  scale: "cost",
  once: "× 1",
  thousand: "× 1000",
  x: "start w₁",
  y: "start w₂",
  round: "1",
  ten: "10",
  hundred: "100",
  limit: "limit of plain, 2/λ",
  tenth: "0.1",
  plain: "plain",
  rmsprop: "RMSprop",
  step: "step",
});

export type RmspropKey = keyof typeof spanish;
export const rmspropTexts: SectionTexts<RmspropKey> = { es: spanish, en: english };
