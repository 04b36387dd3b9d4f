/** @file The texts of the section about the race of the optimizers. */
import { translationOf } from "../../../../shared/words/template.ts";
import type { SectionTexts } from "../section-texts.ts";

const spanish = {
  title: "La carrera",
  claim: "Adam reúne lo mejor de los métodos anteriores.",
  question:
    "Seis métodos salen del mismo punto de un valle, cada uno con su mejor tasa. ¿Quién llega primero y se queda? Toca su nombre.",
  right: "¡Eso es! {winner}, en {winnerSteps} pasos.",
  wrong: "{winner}, en {winnerSteps} pasos.",
  numbers: "Desde aquí: {order}. De {starts} salidas al azar ganan: {wins}.",
  tied: "empates {count}",
  nobody: "nadie {count}",
  arriveNot: "no llegan: {names}",
  careful:
    "Ninguno gana en todas partes: cambia de terreno. Con dos pesos compite hasta la búsqueda al azar (gana {searchWins}); con 13.002, no. Mejor tasa (o σ) de cada uno: {rates}.",
  picture: "Seis descensos a la vez desde el mismo punto",
  surface: "terreno",
  ravine: "valle",
  rosenbrock: "plátano",
  beale: "llano",
  saddle: "silla",
  wavy: "olas",
  x: "salida w₁",
  y: "salida w₂",
  search: "búsqueda",
  sgd: "simple",
  momentum: "momentum",
  nag: "Nesterov",
  rmsprop: "RMSprop",
  adam: "Adam",
  method: "método",
  rate: "mejor η",
  here: "pasos",
  won: "gana",
  arrived: "llega",
} as const;

const english = translationOf<typeof spanish>()({
  title: "The race",
  claim: "Adam unites the best of the methods before it.",
  question:
    "Six methods start at the same place in a valley, each at its best rate. Who arrives first, and stays? Tap the name.",
  right: "Exactly! {winner}, in {winnerSteps} steps.",
  wrong: "{winner}, in {winnerSteps} steps.",
  numbers: "From here: {order}. Of {starts} random starts, the winners are: {wins}.",
  tied: "ties {count}",
  nobody: "nobody {count}",
  arriveNot: "do not arrive: {names}",
  careful:
    "No method wins everywhere: change the terrain. With two weights even random search competes (it wins {searchWins}); with 13,002 it does not. The best rate (or σ) of each: {rates}.",
  picture: "Six descents at once from the same place",
  surface: "terrain",
  ravine: "valley",
  rosenbrock: "banana",
  beale: "flats",
  saddle: "saddle",
  wavy: "waves",
  x: "start w₁",
  y: "start w₂",
  search: "search",
  sgd: "plain",
  momentum: "momentum",
  nag: "Nesterov",
  rmsprop: "RMSprop",
  adam: "Adam",
  method: "method",
  rate: "best η",
  here: "steps",
  won: "wins",
  arrived: "arrives",
});

export type RaceKey = keyof typeof spanish;
export const raceTexts: SectionTexts<RaceKey> = { es: spanish, en: english };
