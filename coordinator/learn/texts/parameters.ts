/** @file The texts of the section in which any of the 13,002 parameters can be touched. */
import { translationOf } from "../../../shared/words/template.ts";
import type { SectionTexts } from "./section-texts.ts";

const spanish = {
  title: "Los 13.002 parámetros, uno a uno",
  claim: "La función neuronal: 784 entradas, 10 salidas y 13.002 parámetros.",
  question:
    "Cada punto es un parámetro; a la izquierda, los píxeles de cada una de las 16 neuronas. Toca uno cuyo gradiente sea exactamente 0.",
  right:
    "¡Eso es! Ese nunca aprende: su píxel está apagado en todos los dígitos. Toca cualquier otro.",
  wrong:
    "Ese sí aprende. Los de las esquinas no: su píxel está siempre apagado. Toca cualquier otro.",
  numbers:
    "w{index}, {place}: valor {value}, gradiente {gradient}. Medido con ε = {epsilon}: {slope}; difieren en {error}.",
  careful:
    "Con ε muy grande la recta corta la curva; con ε muy pequeño, float32 redondea la resta a ruido. Lo mejor está en medio, cerca de 0,03.",
  picture: "Mapa de los 13.002 parámetros de la red",
  epsilon: "ε de la medida",
  show: "qué se ve",
  stage: "la red",
  value: "valor",
  gradient: "gradiente",
  untrained: "sin entrenar",
  some: "a medias",
  trained: "entrenada",
  tiny: "ruido",
  good: "buena",
  huge: "recta",
  pixelPlace: "capa {layer}, del píxel ({row}, {column}) a la neurona {to}",
  weightPlace: "capa {layer}, de la neurona {from} a la {to}",
  biasPlace: "capa {layer}, sesgo de la neurona {to}",
  pixels: "capa 1: píxeles de cada neurona",
  second: "capa 2",
  third: "capa 3",
  parameter: "parámetro",
} as const;

const english = translationOf<typeof spanish>()({
  title: "The 13,002 parameters, one by one",
  claim: "The neural function: 784 inputs, 10 outputs and 13,002 parameters.",
  question:
    "Each dot is a parameter; on the left, the pixels of each of the 16 neurons. Tap one whose gradient is exactly 0.",
  right: "Exactly! That one never learns: its pixel is dark in every digit. Tap any other.",
  wrong: "That one learns. Those in the corners don't: their pixel is always dark. Tap any other.",
  numbers:
    "w{index}, {place}: value {value}, gradient {gradient}. Measured with ε = {epsilon}: {slope}; the difference is {error}.",
  careful:
    "With a very large ε the straight line cuts the curve; with a very small one, float32 rounds the difference to noise. The best is in between, near 0.03.",
  picture: "Map of the network's 13,002 parameters",
  epsilon: "ε of the measurement",
  show: "shown",
  stage: "the network",
  value: "value",
  gradient: "gradient",
  untrained: "untrained",
  some: "half trained",
  trained: "trained",
  tiny: "noise",
  good: "good",
  huge: "line",
  pixelPlace: "layer {layer}, from pixel ({row}, {column}) to neuron {to}",
  weightPlace: "layer {layer}, from neuron {from} to {to}",
  biasPlace: "layer {layer}, bias of neuron {to}",
  pixels: "layer 1: pixels of each neuron",
  second: "layer 2",
  third: "layer 3",
  parameter: "parameter",
});

export type ParametersKey = keyof typeof spanish;
export const parametersTexts: SectionTexts<ParametersKey> = { es: spanish, en: english };
