/** @file Wrong results that pass every check of their form. */
import type { Told } from "../trainers/direct-run.ts";

/** The smallest possible lie: one value becomes a neighbouring float32. */
export function oneUnitInTheLastPlace({ message, tensor }: Told, at = 0): Told {
  const bytes = tensor.slice();
  const index = 4 * (at % (bytes.length / 4));
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return { message, tensor: bytes };
}

/** The values are right, but the loss is off by one bit. Costs have no separate loss. */
function otherLoss({ message, tensor }: Told): Told {
  if (message.type === "costs") return oneUnitInTheLastPlace({ message, tensor });
  const lossSum = message.lossSum * (1 + Number.EPSILON) + Number.MIN_VALUE;
  return { message: { ...message, lossSum }, tensor };
}

/** The count of correct samples is off by one. */
function otherCorrect({ message, tensor }: Told): Told {
  if (message.type === "costs") return oneUnitInTheLastPlace({ message, tensor });
  const correct = message.correct === 0 ? 1 : message.correct - 1;
  return { message: { ...message, correct }, tensor };
}

export const lies = {
  "one unit in the last place of a value": oneUnitInTheLastPlace,
  "another loss": otherLoss,
  "another number correct": otherCorrect,
} as const;
