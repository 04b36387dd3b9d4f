/** @file The texts of the section about what momentum's average is made of. */
import { translationOf } from "../../../../shared/words/template.ts";
import type { SectionTexts } from "../section-texts.ts";

const spanish = {
  title: "El promedio, desenrollado",
  claim:
    "v es una suma de todos los gradientes pasados, cada uno con un peso que se va reduciendo.",
  question:
    "Con β = 0,9, el último gradiente pesa 0,1. ¿Cuántos gradientes hacia atrás reúnen la mitad del peso? Toca hasta dónde.",
  right: "¡Eso es! Los {half} últimos: cada peso es 0,9 veces el de su vecino más reciente.",
  wrong: "Los {half} últimos: cada peso es 0,9 veces el de su vecino más reciente.",
  numbers:
    "Paso {t}: los pesos suman 1 − {beta}ᵗ = {sum}; la mitad, en los más recientes ({halfNow}). v = {v}; la suma de las barras difiere en {difference}.",
  careful:
    "Los pesos no suman 1 sino 1 − βᵗ: tras {window} pasos, {inWindow}. Al principio v se queda corto; eso corrigen los gorros de Adam.",
  picture: "Gradientes pasados, sus pesos, y sus productos, que suman v",
  beta: "memoria β",
  half: "0,5",
  usual: "0,9",
  long: "0,99",
  ago: "pasos atrás",
  gradients: "gradientes",
  weights: "pesos (1 − β)βᵏ",
  products: "peso × gradiente",
  sum: "v",
  gradient: "gradiente",
  weight: "peso",
  product: "producto",
} as const;

const english = translationOf<typeof spanish>()({
  title: "The average, unrolled",
  claim: "v is a sum of all past gradients, each with a weight that keeps shrinking.",
  question:
    "With β = 0.9, the latest gradient weighs 0.1. How many gradients back make up half of the weight? Tap how far.",
  right: "Exactly! The last {half}: each weight is 0.9 times that of its more recent neighbour.",
  wrong: "The last {half}: each weight is 0.9 times that of its more recent neighbour.",
  numbers:
    "Step {t}: the weights add up to 1 − {beta}ᵗ = {sum}; half of that is in the most recent ones ({halfNow}). v = {v}; the sum of the bars differs by {difference}.",
  careful:
    "The weights do not add up to 1 but to 1 − βᵗ: after {window} steps, {inWindow}. At first v is too small; Adam's hats correct that.",
  picture: "Past gradients, their weights, and their products, which add up to v",
  beta: "memory β",
  half: "0.5",
  usual: "0.9",
  long: "0.99",
  ago: "steps ago",
  gradients: "gradients",
  weights: "weights (1 − β)βᵏ",
  products: "weight × gradient",
  sum: "v",
  gradient: "gradient",
  weight: "weight",
  product: "product",
});

export type UnrolledKey = keyof typeof spanish;
export const unrolledTexts: SectionTexts<UnrolledKey> = { es: spanish, en: english };
