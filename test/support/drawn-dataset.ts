/** @file Small datasets of random numbers, for what does not depend on what they show. */
import type { Dataset, Split } from "../../shared/data/dataset.ts";
import { Random } from "../../shared/random.ts";

export interface DrawnDataset {
  readonly featureCount?: number;
  readonly classCount?: number;
  readonly trainCount?: number;
  readonly testCount?: number;
  /** `sparse` and `bytes` are bytes, one in four and three in four of them not zero. */
  readonly form?: "sparse" | "bytes" | "floats";
  readonly seed?: number;
}

export function drawDataset({
  featureCount = 12,
  classCount = 3,
  trainCount = 100,
  testCount = 50,
  form = "sparse",
  seed = 1,
}: DrawnDataset): Dataset {
  const random = new Random(seed);
  const drawFeature = {
    sparse: () => (random.below(4) === 0 ? random.below(256) : 0),
    bytes: () => (random.below(4) === 0 ? 0 : random.below(256)),
    floats: () => 2 * random.uniform() - 1,
  }[form];
  const split = (count: number): Split => {
    const features = Array.from({ length: count * featureCount }, drawFeature);
    return {
      count,
      features: form === "floats" ? Float32Array.from(features) : Uint8Array.from(features),
      labels: Uint8Array.from({ length: count }, () => random.below(classCount)),
    };
  };
  return {
    name: `drawn-${form}`,
    sha256: "0".repeat(64),
    featureShape: [featureCount],
    featureCount,
    classCount,
    train: split(trainCount),
    test: split(testCount),
  };
}
