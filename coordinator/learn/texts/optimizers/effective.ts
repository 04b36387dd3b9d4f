/** @file The texts of the section about the rate that each parameter has of its own. */
import { translationOf } from "../../../../shared/words/template.ts";
import type { SectionTexts } from "../section-texts.ts";

const spanish = {
  title: "La tasa efectiva",
  claim: "Cada peso tiene su tasa de aprendizaje: η dividida entre la raíz de su v.",
  question:
    "Adam ha dado 100 pasos con η = 0,02. Las barras cuentan las tasas de los pesos que han tenido gradiente. ¿Qué tasa tienen los que nunca lo tuvieron? Toca el sitio.",
  right: "¡Eso es! {quizDead}: la más alta es la de los pesos que nunca se mueven.",
  wrong: "{quizDead}: la más alta es la de los pesos que nunca se mueven.",
  numbers:
    "{method}, {steps} pasos: la mitad de las tasas está entre {low} y {high}, y la mayor es {spread} veces la menor. {silent} de {all} pesos nunca tuvieron gradiente: tasa {dead}, paso 0.",
  careful:
    "La tasa no es el paso: la tasa mediana es {median}; el paso mediano, {moved} η. Donde el gradiente es pequeño, la tasa es grande.",
  picture: "Histograma de las tasas efectivas de los 13.002 pesos",
  optimizer: "método",
  rmsprop: "RMSprop",
  adam: "Adam",
  moment: "pasos",
  one: "1",
  ten: "10",
  hundred: "100",
  all: "400",
  rate: "tasa η/(√v̂+ε)",
  weights: "pesos",
  never: "sin gradiente: {silent}",
  middle: "mediana",
} as const;

const english = translationOf<typeof spanish>()({
  title: "The effective rate",
  claim: "Each weight has its own learning rate: η over the root of its v.",
  question:
    "Adam has taken 100 steps with η = 0.02. The bars count the rates of the weights that have had a gradient. What is the rate of those that never had one? Tap the place.",
  right: "Exactly! {quizDead}: the highest rate is that of the weights that never move.",
  wrong: "{quizDead}: the highest rate is that of the weights that never move.",
  numbers:
    "{method}, {steps} steps: half of the rates are between {low} and {high}, and the largest is {spread} times the smallest. {silent} of {all} weights never had a gradient: rate {dead}, step 0.",
  careful:
    "The rate is not the step: the median rate is {median}, the median step {moved} η. Where the gradient is small, the rate is large.",
  picture: "Histogram of the effective rates of the 13,002 weights",
  optimizer: "method",
  rmsprop: "RMSprop",
  adam: "Adam",
  moment: "steps",
  one: "1",
  ten: "10",
  hundred: "100",
  all: "400",
  rate: "rate η/(√v̂+ε)",
  weights: "weights",
  never: "no gradient: {silent}",
  middle: "median",
});

export type EffectiveKey = keyof typeof spanish;
export const effectiveTexts: SectionTexts<EffectiveKey> = { es: spanish, en: english };
