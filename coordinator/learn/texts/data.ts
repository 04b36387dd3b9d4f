/** @file The texts of the section about the data, the parameters of the cost. */
import { translationOf } from "../../../shared/words/template.ts";
import type { SectionTexts } from "./section-texts.ts";

const spanish = {
  title: "Los datos mandan",
  claim: "Entran 13.002 números y sale uno. Los parámetros del costo son los datos.",
  question:
    "Seis dígitos, seis curvas: cada uno quiere otro valor para el mismo peso. ¿Dónde toca fondo su promedio? Toca el sitio.",
  right: "¡Eso es! En {bestOfFew}: manda quien más pierde, no la mayoría.",
  wrong: "En {bestOfFew}: manda quien más pierde, no la mayoría.",
  numbers:
    "Dígitos {digits}: su mejor valor va de {least} a {most}; el de su promedio es {bestOfFew}. Con {many} dígitos, {bestOfMany}.",
  careful:
    "La diapositiva suma los costos; el promedio divide entre n: {sumOfFew} o {costOfFew}. El fondo no se mueve; el tamaño del paso, sí.",
  picture: "Costo de seis dígitos según un peso, y su promedio",
  first: "otros seis dígitos",
  shown: "promedio de",
  few: "6 dígitos",
  many: "600 dígitos",
  value: "valor de w₁₂₉₀₀",
  cost: "costo",
} as const;

const english = translationOf<typeof spanish>()({
  title: "The data decide",
  claim: "13,002 numbers go in and one comes out. The parameters of the cost are the data.",
  question:
    "Six digits, six curves: each wants another value for the same weight. Where is their average lowest? Tap the place.",
  right: "Exactly! At {bestOfFew}: whoever loses most decides, not the majority.",
  wrong: "At {bestOfFew}: whoever loses most decides, not the majority.",
  numbers:
    "Digits {digits}: their best values go from {least} to {most}; that of their average is {bestOfFew}. With {many} digits, {bestOfMany}.",
  careful:
    "The slide adds the costs; the average divides by n: {sumOfFew} or {costOfFew}. The minimum stays where it is; the length of a step changes.",
  picture: "Cost of six digits by one weight, and their average",
  first: "six other digits",
  shown: "average of",
  few: "6 digits",
  many: "600 digits",
  value: "value of w₁₂₉₀₀",
  cost: "cost",
});

export type DataKey = keyof typeof spanish;
export const dataTexts: SectionTexts<DataKey> = { es: spanish, en: english };
