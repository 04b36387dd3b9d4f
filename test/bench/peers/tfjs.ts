/**
 * @file TensorFlow.js on the same task, if it is installed; it is not a dependency of this project.
 *
 * Argument: JSON `{ layers, batchSize, seconds }`. Prints JSON `{ perSecond }` for steps, or nothing if it is
 * missing.
 */

/** The used part of `@tensorflow/tfjs`, whose types come only with the package. */
interface TensorFlow {
  sequential(): Model;
  layers: { dense(options: object): unknown };
  randomUniform(shape: number[]): unknown;
  oneHot(labels: unknown, count: number): unknown;
  tensor1d(values: number[], type: string): unknown;
}

interface Model {
  add(layer: unknown): void;
  compile(options: object): void;
  trainOnBatch(features: unknown, labels: unknown): Promise<unknown>;
}

const { layers, batchSize, seconds } = readArguments();
const tensorFlow = await loadTensorFlow();
if (tensorFlow !== undefined) await measure(tensorFlow);

async function loadTensorFlow(): Promise<TensorFlow | undefined> {
  const name = "@tensorflow/tfjs";
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of it above
    return (await import(name)) as TensorFlow;
  } catch {
    return undefined;
  }
}

async function measure(tf: TensorFlow): Promise<void> {
  const model = tf.sequential();
  for (const [i, units] of layers.slice(1).entries()) {
    const activation = i === layers.length - 2 ? "softmax" : "sigmoid";
    model.add(
      tf.layers.dense({ units, activation, ...(i === 0 ? { inputShape: [layers[0]] } : {}) }),
    );
  }
  model.compile({ optimizer: "adam", loss: "categoricalCrossentropy" });
  const features = tf.randomUniform([batchSize, layers[0] ?? 0]);
  const classes = layers.at(-1) ?? 0;
  const indices = Array.from({ length: batchSize }, (_, i) => i % classes);
  const labels = tf.oneHot(tf.tensor1d(indices, "int32"), classes);
  await model.trainOnBatch(features, labels);
  let steps = 0;
  const started = performance.now();
  while (performance.now() - started < 1000 * seconds) {
    // oxlint-disable-next-line no-await-in-loop -- a step follows the one before
    await model.trainOnBatch(features, labels);
    steps += 1;
  }
  const perSecond = (1000 * steps) / (performance.now() - started);
  process.stdout.write(JSON.stringify({ perSecond }));
}

function readArguments() {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `throughput.ts`
  return JSON.parse(process.argv[2] ?? "") as {
    layers: number[];
    batchSize: number;
    seconds: number;
  };
}
