/** @file Small datasets for tests: a few classes of noisy pictures, mostly zeros, drawn from a seed. */
import type { Dataset, Split } from "../../shared/data/dataset.ts";
import { Random } from "../../shared/random.ts";

export interface TinyDataset {
  readonly features?: number;
  readonly classes?: number;
  readonly trainCount?: number;
  readonly testCount?: number;
  readonly seed?: number;
}

/** Each class has its own pattern of bright features; a sample is its class's pattern with noise. */
export function tinyDataset({
  features = 12,
  classes = 3,
  trainCount = 70,
  testCount = 40,
  seed = 7,
}: TinyDataset = {}): Dataset {
  const random = new Random(seed);
  const patterns = Uint8Array.from({ length: classes * features }, () =>
    random.below(4) === 0 ? 200 : 0,
  );
  const draw = (count: number): Split => {
    const labels = Uint8Array.from({ length: count }, () => random.below(classes));
    const values = Uint8Array.from({ length: count * features }, (_, i) => {
      const pattern = patterns[labels[Math.floor(i / features)]! * features + (i % features)]!;
      return random.below(5) === 0 ? random.below(256) : pattern;
    });
    return { count, features: values, labels };
  };
  return {
    name: "tiny",
    sha256: "0".repeat(64),
    featureShape: [features],
    featureCount: features,
    classCount: classes,
    train: draw(trainCount),
    test: draw(testCount),
  };
}
