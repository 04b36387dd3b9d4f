/** @file The texts of the section about one of the network's parameters. */
import { translationOf } from "../../../shared/words/template.ts";
import type { SectionTexts } from "./section-texts.ts";

const spanish = {
  title: "Un peso entre 13.002",
  claim: "¿Cómo logro reducir la función de costo? Ajustando mis parámetros.",
  question:
    "Esta red lee dígitos a medias. Solo giras un peso, w₁₂₉₀₀, y solo ves su pendiente. ¿En qué valor será menor el costo? Toca el sitio.",
  right: "¡Eso es! Toca fondo en {best}, y ahorra un {saved} del costo. Con un solo peso.",
  wrong: "Toca fondo en {best}, y ahorra un {saved} del costo. Con un solo peso.",
  numbers:
    "w{index}, {place}: con valor {value}, el costo de {digits} dígitos es {cost} y la pendiente {slope}.",
  careful:
    "Es un corte: si se mueven los otros 13.001, la curva cambia. Y una diapositiva cuenta desde w₁ y otra desde w₀; aquí, pesos, píxeles y neuronas, desde 0.",
  picture: "Costo de la red según el valor de uno de sus parámetros",
  weight: "qué parámetro",
  stage: "la red",
  turn: "girarlo",
  untrained: "sin entrenar",
  some: "a medias",
  trained: "entrenada",
  value: "valor del parámetro",
  cost: "costo",
  slope: "pendiente",
  now: "ahora",
  first: "w₀",
  hidden: "w₁₂₉₀₀",
  last: "w₁₃₀₀₁",
  pixel: "del píxel ({row}, {column}) a la neurona {to} de la capa {layer}",
  neuron: "de la neurona {from} a la {to} de la capa {layer}",
  bias: "sesgo de la neurona {to} de la capa {layer}",
} as const;

const english = translationOf<typeof spanish>()({
  title: "One weight of 13,002",
  claim: "How do I reduce the cost function? By adjusting my parameters.",
  question:
    "This network half reads digits. You turn one weight, w₁₂₉₀₀, and see only its slope. At which value will the cost be lowest? Tap the place.",
  right: "Exactly! It is lowest at {best}, and saves {saved} of the cost. With a single weight.",
  wrong: "It is lowest at {best}, and saves {saved} of the cost. With a single weight.",
  numbers:
    "w{index}, {place}: at {value}, the cost of {digits} digits is {cost} and its slope {slope}.",
  careful:
    "This is a slice: if the other 13,001 move, the curve changes. And one slide counts from w₁, another from w₀; here, weights, pixels and neurons count from 0.",
  picture: "The network's cost by the value of one of its parameters",
  weight: "which parameter",
  stage: "the network",
  turn: "turn it",
  untrained: "untrained",
  some: "half trained",
  trained: "trained",
  value: "value of the parameter",
  cost: "cost",
  slope: "slope",
  now: "now",
  first: "w₀",
  hidden: "w₁₂₉₀₀",
  last: "w₁₃₀₀₁",
  pixel: "from pixel ({row}, {column}) to neuron {to} of layer {layer}",
  neuron: "from neuron {from} to {to} of layer {layer}",
  bias: "bias of neuron {to} of layer {layer}",
});

export type OneWeightKey = keyof typeof spanish;
export const oneWeightTexts: SectionTexts<OneWeightKey> = { es: spanish, en: english };
