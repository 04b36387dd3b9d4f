/** @file Ways in which a result can be wrong so that no check of its form finds it. */
import type { Told } from "../trainers/direct-run.ts";

/** The smallest lie there is: one value becomes its neighbour among the float32 numbers. */
export function oneUnitInTheLastPlace({ message, tensor }: Told, at = 0): Told {
  const bytes = tensor.slice();
  const index = 4 * (at % (bytes.length / 4));
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return { message, tensor: bytes };
}

/** The values are right; what is told of the loss is off by one bit. Costs have no loss beside their values. */
export function otherLoss({ message, tensor }: Told): Told {
  if (message.type === "costs") return oneUnitInTheLastPlace({ message, tensor });
  const lossSum = message.lossSum * (1 + Number.EPSILON) + Number.MIN_VALUE;
  return { message: { ...message, lossSum }, tensor };
}

/** One sample less was right, or one more. */
export function otherCorrect({ message, tensor }: Told): Told {
  if (message.type === "costs") return oneUnitInTheLastPlace({ message, tensor });
  const correct = message.correct === 0 ? 1 : message.correct - 1;
  return { message: { ...message, correct }, tensor };
}

export const lies = {
  "one unit in the last place of a value": oneUnitInTheLastPlace,
  "another loss": otherLoss,
  "another number correct": otherCorrect,
} as const;
