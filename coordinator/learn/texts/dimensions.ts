/** @file The texts of the section about local search in many dimensions. */
import { translationOf } from "../../../shared/words/template.ts";
import type { SectionTexts } from "./section-texts.ts";

const spanish = {
  title: "De 2 a 13.002 dimensiones",
  claim: "Probar vecinos al azar basta con dos parámetros. ¿Y con miles?",
  question:
    "Con 120 evaluaciones, la búsqueda local casi llega al fondo si hay 2 dimensiones. ¿Cuánto costo queda si hay 1000? Toca la altura.",
  right: "¡Eso es! Queda {large}: casi ningún vecino mejora nada.",
  wrong: "Queda {large}: casi ningún vecino mejora nada.",
  numbers:
    "Con {budget} evaluaciones, la búsqueda deja {small} del costo en 2 dimensiones y {large} en 1000; el descenso, {largeDescent}.",
  careful:
    "En la red real la búsqueda deja {networkSearch} y el descenso {networkDescent}: de sus 13.002 direcciones importan pocas. Y el σ de la búsqueda se eligió a su favor.",
  share: "el {percent}",
  tiny: "menos del 0,01 %",
  picture: "Costo que queda según el número de dimensiones",
  budget: "evaluaciones",
  search: "búsqueda local",
  descent: "descenso",
  network: "la red de dígitos",
  dimension: "dimensiones",
  left: "parte del costo que queda",
} as const;

const english = translationOf<typeof spanish>()({
  title: "From 2 to 13,002 dimensions",
  claim: "Trying random neighbours will do for two parameters. And for thousands?",
  question:
    "With 120 evaluations, local search almost reaches the bottom in 2 dimensions. How much of the cost is left in 1,000? Tap the height.",
  right: "Exactly! {large} is left: hardly any neighbour improves anything.",
  wrong: "{large} is left: hardly any neighbour improves anything.",
  numbers:
    "With {budget} evaluations, search leaves {small} of the cost in 2 dimensions and {large} in 1,000; descent leaves {largeDescent}.",
  careful:
    "On the real network search leaves {networkSearch} and descent {networkDescent}: few of its 13,002 directions matter. And the search's σ was chosen in its favour.",
  share: "{percent}",
  tiny: "less than 0.01%",
  picture: "Cost that is left, by the number of dimensions",
  budget: "evaluations",
  search: "local search",
  descent: "descent",
  network: "the digits' network",
  dimension: "dimensions",
  left: "share of the cost that is left",
});

export type DimensionsKey = keyof typeof spanish;
export const dimensionsTexts: SectionTexts<DimensionsKey> = { es: spanish, en: english };
