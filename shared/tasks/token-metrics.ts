/** @file Metrics of the next token: how much the network was surprised by a text, and how often it was right. */
import { exp } from "../kernels/plain/math.ts";
import { type Measured, type Metrics, ratio } from "./metrics.ts";

/** Sums: the losses of the samples, each a mean over its tokens; the tokens that were predicted; all tokens. */
export const tokenMetrics: Metrics = {
  sumCount: 3,
  add(sums, { loss, hits, steps }) {
    sums[0] = (sums[0] ?? 0) + loss;
    sums[1] = (sums[1] ?? 0) + hits;
    sums[2] = (sums[2] ?? 0) + steps;
  },
  figures: tokenFigures,
};

/**
 * With the mean loss per token L, in nats: perplexity e^L, of how many equally likely tokens the next one would be as
 * hard to guess; bits per token L / ln 2; and the share of tokens that the network would have guessed.
 */
function tokenFigures({ sums, samples }: Measured) {
  const loss = ratio(sums[0] ?? 0, samples);
  return {
    perplexity: exp(Math.fround(loss)),
    bits: loss / Math.LN2,
    accuracy: ratio(sums[1] ?? 0, sums[2] ?? 0),
  };
}
