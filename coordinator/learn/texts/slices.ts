/** @file The texts of the section about slices of the network's real cost. */
import { translationOf } from "../../../shared/words/template.ts";
import type { SectionTexts } from "./section-texts.ts";

const spanish = {
  title: "Cortes del costo de verdad",
  claim: "El descenso de gradiente baja por el paisaje del costo de la red.",
  question:
    "Un corte por dos direcciones al azar, con la red en el centro. ¿Adónde lleva aquí el próximo paso, si su largo entero es media imagen? Toca el sitio.",
  right: "¡Eso es! El {share} del paso está en este plano.",
  wrong: "El {share} del paso está en este plano; el resto sale de la imagen.",
  numbers:
    "{planeName}: tiene el {share} del próximo paso. El costo es {cost} ahora y al menos {low} en {side} × {side} sitios; {steps} pasos de descenso simple (η = {rate}), fuera del corte, llegan a {descended}.",
  careful:
    "Un corte al azar muestra dos de 13.002 dimensiones: el camino no pasa por él. Por eso cada plano tiene nombre.",
  picture: "Mapa del costo de la red en un plano",
  plane: "plano",
  random: "al azar",
  gradient: "gradiente",
  path: "camino",
  stage: "la red",
  untrained: "sin entrenar",
  some: "a medias",
  trained: "entrenada",
  randomName: "Dos direcciones al azar",
  gradientName: "El gradiente y el último movimiento",
  pathName: "Inicio, ahora y final",
  now: "ahora",
  start: "inicio",
  end: "final",
  next: "próximo paso",
  whole: "el paso entero",
  place: "sitio",
  costHere: "costo",
} as const;

const english = translationOf<typeof spanish>()({
  title: "Slices of the real cost",
  claim: "Gradient descent goes down the landscape of the network's cost.",
  question:
    "A slice along two random directions, with the network in the middle. Where does the next step lead here, if its whole length is half the picture? Tap the place.",
  right: "Exactly! {share} of the step is in this plane.",
  wrong: "{share} of the step is in this plane; the rest leaves the picture.",
  numbers:
    "{planeName}: {share} of the next step. The cost is {cost} now, and at least {low} at {side} × {side} places; {steps} steps of plain descent (η = {rate}), outside of the slice, reach {descended}.",
  careful:
    "A random slice shows two of 13,002 dimensions: the path does not go through it. That is why each plane has its name.",
  picture: "Map of the network's cost in a plane",
  plane: "plane",
  random: "random",
  gradient: "gradient",
  path: "path",
  stage: "the network",
  untrained: "untrained",
  some: "half trained",
  trained: "trained",
  randomName: "Two random directions",
  gradientName: "The gradient and the last move",
  pathName: "Start, now and end",
  now: "now",
  start: "start",
  end: "end",
  next: "next step",
  whole: "the whole step",
  place: "place",
  costHere: "cost",
});

export type SlicesKey = keyof typeof spanish;
export const slicesTexts: SectionTexts<SlicesKey> = { es: spanish, en: english };
