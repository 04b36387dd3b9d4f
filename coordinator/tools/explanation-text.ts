/** @file An explanation as lines for a terminal. */
import { integer } from "../console/view/figures.ts";
import { pictureLines } from "../console/view/picture.ts";
import type { Contribution, Explanation, LayerExplanation } from "./explanation.ts";

/** What the lines are about. */
export interface ExplainedSample {
  /** `test sample 7 of digits`. */
  readonly title: string;
  /** What the data say: the name of its class, or numbers in their unit. */
  readonly truth: string;
  readonly features: Float32Array;
  /** Shape of the features: a picture if it has rows and columns. */
  readonly shape: readonly number[];
  readonly nameOf: (output: number) => string;
  /** An output as the data would say it: `98.80 %`, or a number in its unit. */
  readonly valueOf: (output: number, value: number) => string;
  /** The network's answer. */
  readonly answer: string;
  /** The name of a feature; `undefined` where features have none, such as pixels. */
  readonly featureOf: ((feature: number) => string) | undefined;
}

/** In cells. */
const inputWidth = 16;

function truncated(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** Outputs and wishes shown; a network may have thousands. */
const outputsShown = 10;

export function explanationLines(
  sample: ExplainedSample,
  explanation: Explanation,
  isChecked: boolean,
): string[] {
  const { title, truth, nameOf, featureOf } = sample;
  const { zeroGradients, parameterCount, largestDifference } = explanation;
  const check = `Largest difference between x δ and the kernel's gradient: ${largestDifference}`;
  return [
    `${title}: ${truth}`,
    "",
    ...pictureOf(sample),
    ...outputLines(sample, explanation),
    ...explanation.layers.flatMap((layer, index) => [
      "",
      ...layerLines(layer, {
        outputOf: index === explanation.layers.length - 1 ? nameOf : undefined,
        inputOf: (index === 0 ? featureOf : undefined) ?? String,
      }),
    ]),
    "",
    `${integer(zeroGradients)} of ${integer(parameterCount)} parameters have gradient 0 for this sample.`,
    ...(isChecked ? [check] : []),
  ];
}

function pictureOf({ features, shape }: ExplainedSample): string[] {
  const [rows = 0, columns = 0, channels = 1] = shape;
  if (shape.length < 2 || shape.length > 3) return [];
  const grey = Float32Array.from({ length: rows * columns }, (_, pixel) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += features[pixel * channels + c] ?? 0;
    return sum / channels;
  });
  return [...pictureLines(grey, { rows, columns }), ""];
}

function outputLines(
  { nameOf, valueOf, answer }: ExplainedSample,
  { outputs, wishes }: Explanation,
): string[] {
  const ordered = [...outputs.keys()].toSorted((a, b) => (outputs[b] ?? 0) - (outputs[a] ?? 0));
  const shown = ordered.slice(0, outputsShown).map((output) => {
    const value = valueOf(output, outputs[output] ?? 0).padStart(9);
    const delta = signed(wishes[output] ?? 0).padStart(10);
    return `  ${nameOf(output).padEnd(12)}${value}${delta}`;
  });
  return [
    `The network answers ${answer}.`,
    `  ${"output".padEnd(12)}${"answer".padStart(9)}${"δ".padStart(10)}`,
    ...shown,
  ];
}

function layerLines(
  { name, inputs, outputs, zeroInputs, deltaSize, neuron }: LayerExplanation,
  names: {
    readonly outputOf: ((output: number) => string) | undefined;
    readonly inputOf: (input: number) => string;
  },
): string[] {
  const target = names.outputOf?.(neuron.neuron) ?? `neuron ${neuron.neuron}`;
  return [
    `Layer ${name}: dense ${integer(inputs)} → ${integer(outputs)}; ${integer(zeroInputs)} inputs are 0; root mean square of δ ${deltaSize.toExponential(2)}`,
    `  ${target}: sum ${signed(neuron.sum)} with bias ${signed(neuron.bias)}, δ ${signed(neuron.delta)}`,
    `  ${"input".padStart(inputWidth)}${"x".padStart(10)}${"w".padStart(10)}${"x w".padStart(10)}${"∂L/∂w".padStart(12)}`,
    ...neuron.contributions.map((part) => contributionLine(part, names.inputOf(part.input))),
  ];
}

function contributionLine(
  { value, weight, product, gradient }: Contribution,
  input: string,
): string {
  const cells = [
    truncated(input, inputWidth).padStart(inputWidth),
    value.toFixed(4).padStart(10),
    signed(weight).padStart(10),
    signed(product).padStart(10),
    (gradient === 0 ? "0" : gradient.toExponential(2)).padStart(12),
  ];
  return `  ${cells.join("")}`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
}
