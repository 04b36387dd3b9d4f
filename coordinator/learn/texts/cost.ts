/** @file The texts of the section about costs of numbers. */
import { translationOf } from "../../../shared/words/template.ts";
import type { SectionTexts } from "./section-texts.ts";

const spanish = {
  title: "El costo",
  claim: "El objetivo es encontrar el mínimo de la función de costo.",
  question:
    "Nueve números, uno muy lejos. Si hay que responder siempre lo mismo, ¿qué respuesta tiene el menor MSE? Toca su sitio en el eje.",
  right: "¡Eso es! El MSE toca fondo en la media, {mean}: el dato raro la arrastra.",
  wrong: "El MSE toca fondo en la media, {mean}: el dato raro la arrastra.",
  numbers:
    "Con ŷ = {prediction}: MSE {mse} (pendiente {mseSlope}), MAE {mae} (pendiente {maeSlope}). Mínimos: {mean} y {median}.",
  numbersRolling: "Paso {step} del descenso: ŷ = {reached}. Mínimos: MSE {mean}, MAE {median}.",
  careful:
    "«El mínimo» depende del costo: el del MSE y el del MAE distan {apart}. La pendiente del MAE solo cuenta votos, no distancias.",
  picture: "Costo de una respuesta constante según el MSE y el MAE",
  outlier: "dato raro",
  prediction: "respuesta ŷ",
  cost: "costo",
  loss: "costo",
  mse: "MSE",
  mae: "MAE",
} as const;

const english = translationOf<typeof spanish>()({
  title: "The cost",
  claim: "The goal is to find the minimum of the cost function.",
  question:
    "Nine numbers, one far away. If you must always give the same answer, which one has the lowest MSE? Tap its place on the axis.",
  right: "Exactly! MSE is lowest at the mean, {mean}: the outlier drags it along.",
  wrong: "MSE is lowest at the mean, {mean}: the outlier drags it along.",
  numbers:
    "At ŷ = {prediction}: MSE {mse} (slope {mseSlope}), MAE {mae} (slope {maeSlope}). Minima: {mean} and {median}.",
  numbersRolling: "Step {step} of the descent: ŷ = {reached}. Minima: MSE {mean}, MAE {median}.",
  careful:
    "“The minimum” depends on the cost: those of MSE and MAE are {apart} apart. MAE's slope only counts votes, not distances.",
  picture: "Cost of a constant answer by MSE and by MAE",
  outlier: "outlier",
  prediction: "answer ŷ",
  cost: "cost",
  loss: "cost",
  mse: "MSE",
  mae: "MAE",
});

export type CostKey = keyof typeof spanish;
export const costTexts: SectionTexts<CostKey> = { es: spanish, en: english };
