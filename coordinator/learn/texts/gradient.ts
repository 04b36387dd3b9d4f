/** @file The texts of the section about what the gradient says of each weight. */
import { translationOf } from "../../../shared/words/template.ts";
import type { SectionTexts } from "./section-texts.ts";

const spanish = {
  title: "Qué dice el gradiente",
  claim: "¿Qué nos dice el gradiente sobre cómo deben cambiar los pesos?",
  question:
    "Los 13.002 gradientes de la red, del mayor al menor. ¿A partir de cuál son exactamente 0? Toca el sitio en el eje.",
  right: "¡Eso es! Solo {heard} dicen algo; {silent} callan: su píxel está siempre apagado.",
  wrong: "Solo {heard} dicen algo; {silent}, el {share}, callan: su píxel está siempre apagado.",
  numbers:
    "w{index}, el {rank}.º: gradiente {gradient}, así que conviene {advice}. Subirlo {change} promete {promised} de costo; el cambio real es {happened}.",
  careful:
    "El gradiente solo promete para cambios diminutos: con {change} se cumple el {kept}. Prueba con 3.",
  picture: "Tamaño de los 13.002 gradientes de la red, ordenados",
  rank: "qué gradiente",
  change: "subir el peso en Δw",
  stage: "la red",
  untrained: "sin entrenar",
  some: "a medias",
  trained: "entrenada",
  tiny: "diminuto",
  huge: "enorme",
  raise: "subirlo",
  lower: "bajarlo",
  stay: "no tocarlo",
  silent: "exactamente 0",
  byRank: "gradientes, del mayor al menor",
  size: "tamaño |∂C/∂w|",
} as const;

const english = translationOf<typeof spanish>()({
  title: "What the gradient says",
  claim: "What does the gradient tell us about how the weights should change?",
  question:
    "The network's 13,002 gradients, from the largest to the smallest. From which one on are they exactly 0? Tap the place on the axis.",
  right: "Exactly! Only {heard} say anything; {silent} are silent: their pixel is always dark.",
  wrong: "Only {heard} say anything; {silent}, {share}, are silent: their pixel is always dark.",
  numbers:
    "w{index}, number {rank}: gradient {gradient}, so it is better to {advice}. Raising it by {change} promises {promised} of cost; the real change is {happened}.",
  careful:
    "The gradient only promises for tiny changes: at {change}, {kept} of it comes true. Try 3.",
  picture: "Sizes of the network's 13,002 gradients, sorted",
  rank: "which gradient",
  change: "raise the weight by Δw",
  stage: "the network",
  untrained: "untrained",
  some: "half trained",
  trained: "trained",
  tiny: "tiny",
  huge: "huge",
  raise: "raise it",
  lower: "lower it",
  stay: "leave it",
  silent: "exactly 0",
  byRank: "gradients, from the largest on",
  size: "size |∂C/∂w|",
});

export type GradientKey = keyof typeof spanish;
export const gradientTexts: SectionTexts<GradientKey> = { es: spanish, en: english };
