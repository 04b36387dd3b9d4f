/** @file The texts of the section about how many observations an average needs. */
import { translationOf } from "../../../../shared/words/template.ts";
import type { SectionTexts } from "../section-texts.ts";

const spanish = {
  title: "¿Con cuántas observaciones?",
  claim: "Con más observaciones, el promedio se asienta.",
  question:
    "Con todas, el promedio da el gradiente de verdad. ¿Con cuántas elegidas al azar apunta casi igual, con coseno 0,9? Toca el eje.",
  right: "¡Eso es! Hacen falta unas {needed} de {count}.",
  wrong: "Hacen falta unas {needed} de {count}.",
  numbersCosine:
    "Coseno con el gradiente de todas: B = 1, {cosine1}; B = 6, {cosine6}; B = 64, {cosine64}; B = {batch}, {cosine}.",
  numbersNoise:
    "Error |g − G|² medio: B = 1, {noise1}; B = {batch}, {noise}; la ley promete {expected}.",
  numbersWeight:
    "{name}: la media de {batch} es {mean}; la de todas, {full}. Error típico s/√B: {error}.",
  careful:
    "Seis observaciones dicen poco: coseno {cosine6}. La distancia |g − G| baja como 1/√B: para la mitad, cuatro veces más. Solo con todas llega a 0: ya no quedan otras.",
  picture: "Cuánto se parece el promedio de B observaciones al de todas",
  view: "qué se mira",
  cosine: "dirección",
  noise: "error",
  weight: "un peso",
  parameter: "parámetro, de 0 a 13.001",
  trained: "la red",
  untrained: "sin entrenar",
  started: "a medias",
  trainedWell: "entrenada",
  observations: "observaciones B",
  cosineAxis: "coseno con todas",
  noiseAxis: "|g − G|²",
  weightAxis: "gradiente medio",
  law: "σ²/B",
  bend: "sin repetir",
  all: "todas",
} as const;

const english = translationOf<typeof spanish>()({
  title: "With how many observations?",
  claim: "With more observations, the average settles.",
  question:
    "Over all of them, the average gives the true gradient. With how many, picked at random, does it point almost the same way, with a cosine of 0.9? Tap the axis.",
  right: "Exactly! It takes about {needed} of {count}.",
  wrong: "It takes about {needed} of {count}.",
  numbersCosine:
    "Cosine with the gradient of all: B = 1, {cosine1}; B = 6, {cosine6}; B = 64, {cosine64}; B = {batch}, {cosine}.",
  numbersNoise:
    "Mean error |g − G|²: B = 1, {noise1}; B = {batch}, {noise}; the law promises {expected}.",
  numbersWeight:
    "{name}: the mean of {batch} is {mean}; that of all, {full}. Standard error s/√B: {error}.",
  careful:
    "Six observations say little: cosine {cosine6}. The distance |g − G| falls as 1/√B: half of it takes four times as many. It reaches 0 only with all of them: none are left out.",
  picture: "How much the average of B observations is like that of all",
  view: "what to look at",
  cosine: "direction",
  noise: "error",
  weight: "a weight",
  parameter: "parameter, 0 to 13,001",
  trained: "the network",
  untrained: "untrained",
  started: "half trained",
  trainedWell: "trained",
  observations: "observations B",
  cosineAxis: "cosine with all",
  noiseAxis: "|g − G|²",
  weightAxis: "mean gradient",
  law: "σ²/B",
  bend: "without repeats",
  all: "all",
});

export type SettlingKey = keyof typeof spanish;
export const settlingTexts: SectionTexts<SettlingKey> = { es: spanish, en: english };
