/** @file The texts of the section about Nesterov's look-ahead. */
import { translationOf } from "../../../../shared/words/template.ts";
import type { SectionTexts } from "../section-texts.ts";

const spanish = {
  title: "Nesterov mira antes",
  claim: "Nesterov mira la pendiente allí donde momentum lo llevaría, y así puede frenar antes.",
  question:
    "Momentum se pasa del mínimo y da la vuelta en el cuadrado. Con la misma tasa, ¿dónde da la vuelta Nesterov? Toca el sitio.",
  right: "¡Eso es! En {quizTurn}: también se pasa, pero menos.",
  wrong: "En {quizTurn}: también se pasa, pero menos.",
  numbers:
    "Paso {t}: pendiente aquí {here}, más adelante {ahead}: {agree}. Se pasan {momentumOver} (momentum) y {nesterovOver} (Nesterov).",
  same: "mismo signo, sigue",
  differ: "signos opuestos, frena ya",
  level: "sin impulso todavía",
  careful:
    "«No se pasa» es falso: se pasa menos. Y afinados los dos en un valle con κ = 100, momentum llega en {tunedMomentum} pasos y Nesterov en {tunedNesterov}.",
  picture: "Dos bolas que ruedan por una curva: momentum y Nesterov",
  beta: "memoria β",
  rate: "tasa η",
  start: "inicio",
  usual: "0,9",
  half: "0,5",
  one: "1",
  five: "5",
  momentum: "momentum",
  nesterov: "Nesterov",
  lookAhead: "mirada",
  turns: "da la vuelta",
  step: "paso",
  weight: "w",
  cost: "costo",
} as const;

const english = translationOf<typeof spanish>()({
  title: "Nesterov looks ahead",
  claim: "Nesterov looks at the slope where momentum would carry it, so it can brake earlier.",
  question:
    "Momentum overshoots the minimum and turns back at the square. At the same rate, where does Nesterov turn back? Tap the place.",
  right: "Exactly! At {quizTurn}: it overshoots, too, but less.",
  wrong: "At {quizTurn}: it overshoots, too, but less.",
  numbers:
    "Step {t}: slope here {here}, further ahead {ahead}: {agree}. They overshoot by {momentumOver} (momentum) and {nesterovOver} (Nesterov).",
  same: "the same sign, it goes on",
  differ: "opposite signs, it brakes now",
  level: "no momentum yet",
  careful:
    "“It does not overshoot” is false: it overshoots less. And with both tuned for a ravine of κ = 100, momentum arrives in {tunedMomentum} steps and Nesterov in {tunedNesterov}.",
  picture: "Two balls rolling on a curve: momentum and Nesterov",
  beta: "memory β",
  rate: "rate η",
  start: "start",
  usual: "0.9",
  half: "0.5",
  one: "1",
  five: "5",
  momentum: "momentum",
  nesterov: "Nesterov",
  lookAhead: "look-ahead",
  turns: "turns back",
  step: "step",
  weight: "w",
  cost: "cost",
});

export type NesterovKey = keyof typeof spanish;
export const nesterovTexts: SectionTexts<NesterovKey> = { es: spanish, en: english };
