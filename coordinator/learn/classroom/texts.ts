/** @file The texts of a lesson on `/learn`. */
import { fill, translationOf } from "../../../shared/words/template.ts";
import type { Dictionary } from "../../../shared/words/texts.ts";
import { language } from "../language.ts";

const spanish = {
  lesson: "La clase",
  people: "{count} {count = 1 ? persona : personas}",
  away: "Sin conexión con la clase; se reintenta …",
  over: "La clase no admite este código.",
  follows: "Sigues a quien da la clase",
  isAlone: "Exploras por tu cuenta",
  letGo: "Ir por mi cuenta",
  followAgain: "Seguir otra vez",
  lead: "Síganme",
  leading: "Te siguen",
  bet: "Apuesta",
  openBet: "Apostar: {title}",
  close: "Cerrar la votación",
  showAll: "Mostrar los dibujos",
  reveal: "Mostrar la respuesta",
  again: "Votar otra vez",
  end: "Terminar",
  goThere: "Ir a la actividad",
  answeredOf: "{answered} de {people}",
  answer: "respuesta",
  betOpen: "La clase apuesta ahora. Toca la imagen: {answered} de {people} ya lo hicieron.",
  betTaken: "Tu apuesta llegó; puedes moverla. Han apostado {answered} de {people}.",
  betOpenLead: "La clase apuesta ahora. Han apostado {answered} de {people}.",
  betClosed: "Las {count} apuestas de la clase. ¿Quién tiene razón? Discútanlo.",
  betNone: "Nadie apostó.",
  betRevealed: "De {count} apuestas, el {share} quedó cerca de la respuesta.",
  betRevealedTwice:
    "Cerca de la respuesta: primero el {before}, ahora el {share} de {count} apuestas.",
} as const;

const english = translationOf<typeof spanish>()({
  lesson: "The lesson",
  people: "{count} {count = 1 ? person : people}",
  away: "No connection to the lesson; trying again …",
  over: "The lesson does not accept this token.",
  follows: "You follow the lecturer",
  isAlone: "You explore on your own",
  letGo: "Go my own way",
  followAgain: "Follow again",
  lead: "Follow me",
  leading: "They follow you",
  bet: "Bet",
  openBet: "Bet: {title}",
  close: "Close the vote",
  showAll: "Show the drawings",
  reveal: "Show the answer",
  again: "Vote again",
  end: "End",
  goThere: "Go to the activity",
  answeredOf: "{answered} of {people}",
  answer: "answer",
  betOpen: "The class bets now. Tap the picture: {answered} of {people} have done so.",
  betTaken: "Your bet has arrived; you can move it. {answered} of {people} have bet.",
  betOpenLead: "The class bets now. {answered} of {people} have bet.",
  betClosed: "The {count} bets of the class. Who is right? Discuss it.",
  betNone: "Nobody has bet.",
  betRevealed: "Of {count} bets, {share} were near the answer.",
  betRevealedTwice: "Near the answer: first {before}, now {share} of {count} bets.",
});

export type ClassKey = keyof typeof spanish;
export const classTexts: Dictionary<ClassKey> = { es: spanish, en: english };

/** One of the texts in the page's language. */
export function say(key: ClassKey, values: Readonly<Record<string, string>> = {}): string {
  return fill(classTexts[language][key], { show: (name) => values[name], isTerminal: false });
}
