/** @file Where a parameter of the lecture's network is: what it connects. Pure. */

/** Widths of the lecture's network. */
const widths = [784, 16, 16, 10] as const;

export interface ParameterPlace {
  /** The layer that it belongs to, from 1. */
  readonly layer: 1 | 2 | 3;
  /** The neuron of that layer, from 0. */
  readonly to: number;
  /** What it multiplies, from 0: a pixel or a neuron of the layer before; `undefined` for a bias. */
  readonly from: number | undefined;
}

export const lectureParameterCount = 13_002;

/**
 * The place of a parameter. The vector has layer after layer: the weights, one row a neuron's input (`[in, out]`), then
 * the biases.
 *
 * @param index - From 0 to 13,001, as in the lecture's table.
 */
export function placeOf(index: number): ParameterPlace {
  let rest = index;
  for (const layer of [1, 2, 3] as const) {
    const [inputs, outputs] = [widths[layer - 1] ?? 0, widths[layer] ?? 0];
    const weights = inputs * outputs;
    if (rest < weights) return { layer, to: rest % outputs, from: Math.floor(rest / outputs) };
    if (rest < weights + outputs) return { layer, to: rest - weights, from: undefined };
    rest -= weights + outputs;
  }
  throw new Error(`no parameter ${index}`);
}

/**
 * The numbers of a place as texts name them: layers from 1, and all else from 0, as the code and the lecture's table count.
 * Of a bias, `from` is empty.
 */
export function placeValues({ layer, to, from }: ParameterPlace): Record<string, string> {
  return {
    layer: String(layer),
    to: String(to),
    from: String(from ?? ""),
    row: String(Math.floor((from ?? 0) / 28)),
    column: String((from ?? 0) % 28),
  };
}

/** `₁₂₉₀₀`. */
export function subscript(index: number): string {
  return String(index).replaceAll(/\d/gu, (digit) => String.fromCodePoint(0x2080 + Number(digit)));
}
