/** @file The texts of the section with the table of averages. */
import { translationOf } from "../../../../shared/words/template.ts";
import type { SectionTexts } from "../section-texts.ts";

const spanish = {
  title: "El promedio",
  claim: "Cada observación pide un cambio de cada peso; se hace el promedio.",
  question:
    "Una fila por parámetro, una columna por observación. La última fila es el sesgo de la salida «9». ¿En qué columna será negativo su gradiente? Toca la columna.",
  right: "¡Eso es! Es p₉ − y₉: solo el 9 pide subirlo ({nine}); los demás, bajarlo.",
  wrong: "Es p₉ − y₉: solo el 9 pide subirlo ({nine}); los demás, bajarlo.",
  numbers:
    "Gradiente medio de {name}: con las 6, {mean6}; con {batch}, {meanB} (± {error}); con las {count}, {meanAll}.",
  careful:
    "En la tabla de la charla, el «promedio» es tres veces la media. Y w₀, w₁ y w₂ nunca aprenden: su píxel está siempre apagado. Les pasa a {silent} de los 13.002.",
  picture: "Gradientes de ocho parámetros con seis dígitos, y sus medias",
  parameter: "parámetro, de 0 a 13.001",
  batch: "observaciones B",
  trained: "la red",
  untrained: "sin entrenar",
  started: "a medias",
  trainedWell: "entrenada",
  never: "nunca",
  meanOf: "media de",
  six: "6",
  usual: "64",
  all: "todas",
} as const;

const english = translationOf<typeof spanish>()({
  title: "The average",
  claim: "Each observation asks for a change of each weight; they are averaged.",
  question:
    "A row per parameter, a column per observation. The last row is the bias of output “9”. In which column will its gradient be negative? Tap the column.",
  right: "Exactly! It is p₉ − y₉: only the 9 asks to raise it ({nine}); the others, to lower it.",
  wrong: "It is p₉ − y₉: only the 9 asks to raise it ({nine}); the others, to lower it.",
  numbers:
    "Mean gradient of {name}: over the 6, {mean6}; over {batch}, {meanB} (± {error}); over all {count}, {meanAll}.",
  careful:
    "In the lecture's table, the “average” is three times the mean. And w₀, w₁ and w₂ never learn: their pixel is always dark. The same is true of {silent} of the 13,002.",
  picture: "Gradients of eight parameters for six digits, and their means",
  parameter: "parameter, 0 to 13,001",
  batch: "observations B",
  trained: "the network",
  untrained: "untrained",
  started: "half trained",
  trainedWell: "trained",
  never: "never",
  meanOf: "mean of",
  six: "6",
  usual: "64",
  all: "all",
});

export type AverageKey = keyof typeof spanish;
export const averageTexts: SectionTexts<AverageKey> = { es: spanish, en: english };
