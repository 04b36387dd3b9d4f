/** @file The texts of the section about backpropagation on one observation. */
import { translationOf } from "../../../../shared/words/template.ts";
import type { SectionTexts } from "../section-texts.ts";

const spanish = {
  title: "Backpropagation, con un dígito",
  claim: "Incrementa los pesos en proporción al valor de sus neuronas, y repite retrocediendo.",
  question:
    "La red acaba de leer este dígito y quiere corregirse. ¿El peso de qué píxel cambiará más? Tócalo.",
  right: "¡Eso es! Cambian los pesos de los píxeles con tinta: el dígito queda impreso en ellos.",
  wrong: "Cambian los pesos de los píxeles con tinta: el dígito queda impreso en ellos.",
  numbers:
    "{name} = {value}, {where}: su gradiente es {input} × {delta} = {gradient}; medido, {tried}. |δ| medio, hacia atrás: {size3}, {size2}, {size1}.",
  careful:
    "La suma de deseos se multiplica además por la pendiente a(1 − a), aquí {slope}. Con a = 0,99 es 0,0099: una neurona saturada apenas aprende.",
  picture: "La red con un dígito: valores, deseos de cada neurona y lo que cambian los pesos",
  digit: "dígito",
  parameter: "parámetro, de 0 a 13.001",
  trained: "la red",
  untrained: "sin entrenar",
  started: "a medias",
  trainedWell: "entrenada",
  pixels: "píxeles",
  layer1: "capa 1",
  layer2: "capa 2",
  outputs: "salidas",
  rises: "neurona {neuron}: w suben",
  falls: "neurona {neuron}: w bajan",
  fromPixel: "del píxel ({row}, {column}) a la neurona {to} de la capa 1",
  fromNeuron: "de la neurona {from} a la {to} de la capa 2",
  toOutput: "de la neurona {from} a la salida «{to}»",
  bias: "sesgo de la neurona {to} de la capa {layer}",
  outputBias: "sesgo de la salida «{to}»",
  output: "salida",
  says: "dice",
  should: "debería",
  wish: "deseo −δ",
  weight: "peso",
  product: "deseo × peso",
  sum: "suma",
} as const;

const english = translationOf<typeof spanish>()({
  title: "Backpropagation, with one digit",
  claim: "Increase the weights in proportion to their neurons' values, and repeat, going back.",
  question:
    "The network has just read this digit and wants to correct itself. Which pixel's weight will change most? Tap it on the digit.",
  right: "Exactly! The weights of pixels with ink change: the digit is printed into them.",
  wrong: "The weights of pixels with ink change: the digit is printed into them.",
  numbers:
    "{name} = {value}, {where}: its gradient is {input} × {delta} = {gradient}; measured, {tried}. Mean |δ| of the layers, going back: {size3}, {size2}, {size1}.",
  careful:
    "The sum of the wishes is also multiplied by the slope a(1 − a), here {slope}. At a = 0.99 it is 0.0099: a saturated neuron hardly learns.",
  picture: "The network with a digit: values, each neuron's wish, and how the weights change",
  digit: "digit",
  parameter: "parameter, 0 to 13,001",
  trained: "the network",
  untrained: "untrained",
  started: "half trained",
  trainedWell: "trained",
  pixels: "pixels",
  layer1: "layer 1",
  layer2: "layer 2",
  outputs: "outputs",
  rises: "neuron {neuron}: w rise",
  falls: "neuron {neuron}: w fall",
  fromPixel: "from pixel ({row}, {column}) to neuron {to} of layer 1",
  fromNeuron: "from neuron {from} to neuron {to} of layer 2",
  toOutput: "from neuron {from} to output “{to}”",
  bias: "bias of neuron {to} of layer {layer}",
  outputBias: "bias of output “{to}”",
  output: "output",
  says: "says",
  should: "should",
  wish: "wish −δ",
  weight: "weight",
  product: "wish × weight",
  sum: "sum",
});

export type BackpropagationKey = keyof typeof spanish;
export const backpropagationTexts: SectionTexts<BackpropagationKey> = {
  es: spanish,
  en: english,
};
