/** @file The texts of the section about local search and gradient descent in two dimensions. */
import { translationOf } from "../../../shared/words/template.ts";
import type { SectionTexts } from "./section-texts.ts";

const spanish = {
  title: "Buscar o bajar",
  claim: "La búsqueda local prueba vecinos; el descenso va en la dirección opuesta al gradiente.",
  question:
    "Desde el punto de partida, ¿hacia dónde apunta el opuesto del gradiente? Toca un sitio en esa dirección.",
  right:
    "¡Eso es! Cruza las curvas de nivel en ángulo recto: se desvía {angle}° del camino al mínimo.",
  wrong: "Cruza las curvas de nivel en ángulo recto: se desvía {angle}° del camino al mínimo.",
  numbers:
    "Paso {step}. A la búsqueda local le queda {searchLeft} del costo tras {searchTries} evaluaciones; al descenso, {descentLeft} tras {descentTries}.",
  careful:
    "Un gradiente no es gratis: aquí cuenta como 3 evaluaciones. Para llegar al 1 %: búsqueda {searchNeeds}, descenso {descentNeeds}.",
  share: "el {percent}",
  tiny: "menos del 0,01 %",
  picture: "Búsqueda local y descenso por gradiente en el mismo valle",
  x: "partida, a lo ancho",
  y: "partida, a lo alto",
  neighbours: "vecinos por paso",
  sigma: "salto σ",
  learningRate: "tasa η",
  fastest: "2/(λ₁+λ₂)",
  limit: "2/λ₂",
  against: "−∇C",
  minimum: "mínimo",
  start: "partida",
  steps: "paso",
  local: "búsqueda local",
  descent: "descenso",
  never: "nunca",
  away: "más de 10 veces",
} as const;

const english = translationOf<typeof spanish>()({
  title: "Search or descend",
  claim: "Local search tries neighbours; descent goes in the direction opposite to the gradient.",
  question:
    "From the starting point, where does the opposite of the gradient point? Tap a place in that direction.",
  right:
    "Exactly! It crosses the contour lines at a right angle: {angle}° off the way to the minimum.",
  wrong: "It crosses the contour lines at a right angle: {angle}° off the way to the minimum.",
  numbers:
    "Step {step}. Local search has {searchLeft} of the cost left after {searchTries} evaluations; descent, {descentLeft} after {descentTries}.",
  careful:
    "A gradient is not free: here it counts as 3 evaluations. To reach 1%: search {searchNeeds}, descent {descentNeeds}.",
  share: "{percent}",
  tiny: "less than 0.01%",
  picture: "Local search and gradient descent in the same valley",
  x: "start, across",
  y: "start, upwards",
  neighbours: "neighbours per step",
  sigma: "jump σ",
  learningRate: "rate η",
  fastest: "2/(λ₁+λ₂)",
  limit: "2/λ₂",
  against: "−∇C",
  minimum: "minimum",
  start: "start",
  steps: "step",
  local: "local search",
  descent: "descent",
  never: "never",
  away: "more than 10 times",
});

export type SearchKey = keyof typeof spanish;
export const searchTexts: SectionTexts<SearchKey> = { es: spanish, en: english };
