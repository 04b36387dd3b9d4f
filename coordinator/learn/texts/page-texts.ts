/** @file The texts of the page that belong to no section. */
import { translationOf } from "../../../shared/words/template.ts";
import type { Dictionary } from "../../../shared/words/texts.ts";

const spanish = {
  title: "¿Cómo aprenden las redes neuronales?",
  lead: "Apuesta, mira qué pasa y juega. Todo lo que ves lo calcula el mismo código que entrena las redes de Promedio, aquí, en tu dispositivo.",
  contents: "Ideas",
  language: "Idioma",
  slide: "{several = yes ? Diapositivas : Diapositiva} {slides}",
  reveal: "Ver la respuesta",
  revealUnbet: "Verla sin apostar",
  betAgain: "Apostar otra vez",
  yourBet: "tu apuesta",
  betAcross: "Tu apuesta, a lo ancho",
  betUp: "Tu apuesta, a lo alto",
  computing: "Calculando …",
  play: "Reproducir",
  pause: "Pausa",
  step: "Paso",
  careful: "Con cuidado",
  formula: "La fórmula, con estos números",
  asTable: "Ver como tabla",
  code: "El código que lo calcula",
  link: "Enlace a esto",
  copied: "Copiado",
  newNumbers: "Otros números",
  dashboard: "El entrenamiento en vivo",
  join: "Unir este dispositivo",
  failed: "Esta idea no se pudo calcular aquí: {reason}",
} as const;

const english = translationOf<typeof spanish>()({
  title: "How do neural networks learn?",
  lead: "Bet, see what happens, and play. Everything you see is computed by the very code that trains Promedio's networks, here, on your device.",
  contents: "Ideas",
  language: "Language",
  slide: "{several = yes ? Slides : Slide} {slides}",
  reveal: "Show the answer",
  revealUnbet: "Show it without a bet",
  betAgain: "Bet again",
  yourBet: "your bet",
  betAcross: "Your bet, across",
  betUp: "Your bet, upwards",
  computing: "Computing …",
  play: "Play",
  pause: "Pause",
  step: "Step",
  careful: "Careful",
  formula: "The formula, with these numbers",
  asTable: "See as a table",
  code: "The code that computes it",
  link: "Link to this",
  copied: "Copied",
  newNumbers: "Other numbers",
  dashboard: "The live training",
  join: "Join with this device",
  failed: "This idea could not be computed here: {reason}",
});

export type PageKey = keyof typeof spanish;
export const pageTexts: Dictionary<PageKey> = { es: spanish, en: english };
