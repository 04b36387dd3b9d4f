/** @file The texts of the section about Adam and its hats. */
import { translationOf } from "../../../../shared/words/template.ts";
import type { SectionTexts } from "../section-texts.ts";

const spanish = {
  title: "Adam y sus gorros",
  claim: "Lo mejor de dos mundos: el impulso m de momentum y la escala v de RMSprop.",
  question:
    "El gradiente es siempre 1. Con sus dos gorros, Adam da pasos de 1 η. ¿Cuánto mide el primero sin gorros? Toca la altura.",
  right: "¡Eso es! {noneFirst} η: m se queda corto, pero √v aún más.",
  wrong: "{noneFirst} η: m se queda corto, pero √v aún más.",
  numbers:
    "Paso {t}: m = {m}, m̂ = {mHat}; v = {v}, v̂ = {vHat}. El paso mide {move} η; con gorros, {both} η; RMSprop, {rms} η.",
  careful:
    "La diapositiva, al pie de la letra (m sin gorro), da {literal} η; sin gorros, {none} y hasta {noneMost} η. Si el gradiente alterna: Adam {adamAlternating} η, RMSprop {rmsAlternating} η.",
  picture: "Longitud de los pasos de Adam con cada gorro puesto o quitado",
  hatM: "gorro de m",
  hatV: "gorro de v",
  on: "puesto",
  off: "quitado",
  gradient: "gradiente",
  steady: "siempre 1",
  alternating: "+1, −1, …",
  noisy: "con ruido",
  both: "m̂ y v̂",
  onlyV: "m y v̂",
  onlyM: "m̂ y v",
  neither: "m y v",
  rmsprop: "RMSprop",
  square: "v, área",
  arrow: "m",
  step: "paso",
  length: "paso, en η",
} as const;

const english = translationOf<typeof spanish>()({
  title: "Adam and its hats",
  claim: "The best of both worlds: momentum's push m and RMSprop's scale v.",
  question:
    "The gradient is always 1. With both hats, Adam's steps are 1 η. How long is the first one without hats? Tap the height.",
  right: "Exactly! {noneFirst} η: m is too small, but √v even more so.",
  wrong: "{noneFirst} η: m is too small, but √v even more so.",
  numbers:
    "Step {t}: m = {m}, m̂ = {mHat}; v = {v}, v̂ = {vHat}. The step is {move} η; with hats, {both} η; RMSprop, {rms} η.",
  careful:
    "Read literally (m without its hat), the slide gives {literal} η; without hats, {none} and up to {noneMost} η. If the gradient alternates: Adam {adamAlternating} η, RMSprop {rmsAlternating} η.",
  picture: "Length of Adam's steps with each hat on or off",
  hatM: "hat of m",
  hatV: "hat of v",
  on: "on",
  off: "off",
  gradient: "gradient",
  steady: "always 1",
  alternating: "+1, −1, …",
  noisy: "noisy",
  both: "m̂ and v̂",
  onlyV: "m and v̂",
  onlyM: "m̂ and v",
  neither: "m and v",
  rmsprop: "RMSprop",
  square: "v, area",
  arrow: "m",
  step: "step",
  length: "step, in η",
});

export type AdamKey = keyof typeof spanish;
export const adamTexts: SectionTexts<AdamKey> = { es: spanish, en: english };
