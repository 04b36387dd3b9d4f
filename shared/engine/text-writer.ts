/**
 * @file Continues a text with a network, token by token. The same parameters, prompt and style give the same text on
 * every machine, because the probabilities are the kernel's and a token is drawn with float32 functions of our own.
 */
import { type TextPreprocessing, type Tokenizer, tokenizerOf } from "../data/text/preprocess.ts";
import { exp, log } from "../kernels/plain/math.ts";
import { Random } from "../random.ts";
import { argmax, type Predictor } from "./predictor.ts";

const { fround } = Math;

/** How the next token is chosen. */
export interface WritingStyle {
  /** ≥ 0. 1: as probable as the network says; below that likelier; 0: always the most probable one. */
  readonly temperature: number;
  /** Only the so many most probable ones; `null`: all. */
  readonly topK: number | null;
  /** Of the draws. */
  readonly seeds: readonly number[];
}

export class TextWriter {
  readonly #predictor: Predictor;
  readonly #tokenizer: Tokenizer;
  readonly #context: number;

  /** @param predictor - Of a model on texts with these tokens. Others may use it between two tokens. */
  constructor(predictor: Predictor, text: TextPreprocessing) {
    this.#predictor = predictor;
    this.#tokenizer = tokenizerOf(text);
    this.#context = text.context;
  }

  /**
   * Continues a prompt for as long as it is asked to. The network sees the last `context` tokens; what it sees after
   * the last of them changes nothing, because no step depends on a later one.
   *
   * @param parameters - Shape `[parameterCount]`; they must not change meanwhile.
   * @param prompt - If it is empty, the text begins as after the end of a line.
   * @returns The text of each token. It may be empty, because a character may take several bytes.
   */
  *write(parameters: Float32Array, prompt: string, style: WritingStyle): Generator<string, never> {
    const { tokensOf, writer, unknown } = this.#tokenizer;
    const random = new Random(...style.seeds);
    const textOf = writer();
    const begun = prompt === "" ? this.#beginning() : [...tokensOf(prompt)];
    let seen = begun.slice(-this.#context);
    const features = new Float32Array(this.#context);
    for (;;) {
      features.fill(0);
      features.set(seen);
      const outputs = this.#predictor.outputs(parameters, features);
      const width = outputs.length / this.#context;
      const probabilities = outputs.slice((seen.length - 1) * width, seen.length * width);
      if (unknown !== undefined) probabilities[unknown] = 0;
      const token = chooseToken(probabilities, style, random);
      seen = [...seen, token].slice(-this.#context);
      yield textOf(token);
    }
  }

  /** The end of a line, or the first token if the text has no lines. */
  #beginning(): readonly number[] {
    const { tokensOf, unknown } = this.#tokenizer;
    const [token = 0] = tokensOf("\n");
    return [token === unknown ? 0 : token];
  }
}

/**
 * Draws a token with the weights `exp((ln p − ln pₘₐₓ) / temperature)`, in float32; their sum, in the order of the
 * tokens, is float64.
 *
 * @param probabilities - Shape `[tokens]`, of which one is not 0.
 */
export function chooseToken(
  probabilities: Float32Array,
  { temperature, topK }: Pick<WritingStyle, "temperature" | "topK">,
  random: Random,
): number {
  const best = argmax(probabilities);
  if (temperature === 0) return best;
  const highest = log(probabilities[best] ?? 1);
  const heat = fround(temperature);
  const weightOf = (token: number) => {
    const probability = probabilities[token] ?? 0;
    return probability === 0 ? 0 : exp(fround(fround(log(probability) - highest) / heat));
  };
  const open = topK === null ? [...probabilities.keys()] : likeliest(probabilities, topK);
  const weights = open.map(weightOf);
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, token] of open.entries()) {
    left -= weights[i] ?? 0;
    if (left < 0) return token;
  }
  return best;
}

/** The tokens with the largest probabilities, of equal ones the first, in the order of the tokens. */
function likeliest(probabilities: Float32Array, count: number): number[] {
  return [...probabilities.keys()]
    .toSorted((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0) || a - b)
    .slice(0, count)
    .toSorted((a, b) => a - b);
}
