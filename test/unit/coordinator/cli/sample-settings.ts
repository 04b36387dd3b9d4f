/** @file Three different values of every option, as typed and as read. */
import type { CoordinatorSettings } from "../../../../coordinator/cli/options.ts";
import type { DataKey, DataSettings } from "../../../../shared/run/settings/data-settings.ts";
import type { RunKey, RunSettings } from "../../../../shared/run/settings/run-settings.ts";

type Sample<Value> = readonly [typed: string, read: Value];
type Samples<Value> = readonly [Sample<Value>, Sample<Value>, Sample<Value>];

const names = <const Name extends string>(one: Name, two: Name, three: Name): Samples<Name> => [
  [one, one],
  [two, two],
  [three, three],
];
const switches = [
  ["true", true],
  ["false", false],
  ["true", true],
] as const;

/** Exhaustive: an option without samples is a type error here. */
export const samples: {
  readonly [Key in RunKey]: Samples<NonNullable<RunSettings[Key]> | null>;
} & {
  readonly [Key in DataKey]: Samples<NonNullable<DataSettings[Key]>>;
} & {
  readonly [Key in keyof CoordinatorSettings]-?: Samples<NonNullable<CoordinatorSettings[Key]>>;
} = {
  dataset: names("digits:90,10", "idx:some/faces", "mnist:./a folder"),
  model: names("mlp", "cnn:channels=8", "resnet"),
  layers: [
    ["784,10", [784, 10]],
    ["2, 3,4", [2, 3, 4]],
    ["auto", "auto"],
  ],
  activation: names("tanh", "relu", "linear"),
  outputActivation: names("softmax", "linear", "relu"),
  loss: names("cce", "mse", "mae"),
  reduction: names("sum", "mean", "sum"),
  initWeights: names("he-normal", "glorot-uniform", "normal"),
  patience: [
    ["none", null],
    ["3", 3],
    ["10", 10],
  ],
  labelSmoothing: [
    ["0", 0],
    ["0.1", 0.1],
    [".5", 0.5],
  ],
  classWeights: [
    ["balanced", "balanced"],
    ["1, 2.5,1", [1, 2.5, 1]],
    ["none", null],
  ],
  delay: [
    ["1", 1],
    ["0", 0],
    ["1", 1],
  ],
  wire: names("float16", "float32", "float16"),
  freeze: [
    ["0", 0],
    ["1", 1],
    ["2", 2],
  ],
  optimizer: names("sgd", "adamw", "momentum"),
  learningRate: [
    ["0.5", 0.5],
    ["1e-3", 0.001],
    [".25", 0.25],
  ],
  beta: [
    ["0.5", 0.5],
    ["0", 0],
    ["0.99", 0.99],
  ],
  beta1: [
    ["0.5", 0.5],
    ["0", 0],
    ["0.99", 0.99],
  ],
  beta2: [
    ["0.5", 0.5],
    ["0", 0],
    ["0.99", 0.99],
  ],
  epsilon: [
    ["1e-7", 1e-7],
    ["0.1", 0.1],
    ["1E-5", 1e-5],
  ],
  dampening: [
    ["0", 0],
    ["0.5", 0.5],
    ["1", 1],
  ],
  decoupledDecay: [
    ["0", 0],
    ["0.1", 0.1],
    ["2", 2],
  ],
  candidates: [
    ["1", 1],
    ["8", 8],
    ["64", 64],
  ],
  sigma: [
    ["0.1", 0.1],
    ["1", 1],
    ["0.03", 0.03],
  ],
  schedule: names("constant", "step", "cosine"),
  warmupSteps: [
    ["0", 0],
    ["10", 10],
    ["20", 20],
  ],
  decayEpochs: [
    ["1", 1],
    ["2", 2],
    ["3", 3],
  ],
  decayFactor: [
    ["0.1", 0.1],
    ["0.2", 0.2],
    ["0.9", 0.9],
  ],
  finalFraction: [
    ["0", 0],
    ["0.5", 0.5],
    ["1", 1],
  ],
  restarts: [
    ["500", [500]],
    ["5, 10", [5, 10]],
    ["none", []],
  ],
  weightDecay: [
    ["0", 0],
    ["0.5", 0.5],
    ["1e-9", 1e-9],
  ],
  augment: [
    ["flip", "flip"],
    ["crop=4, shift=2,flip", "flip,shift=2,crop=4"],
    ["none", null],
  ],
  l1: [
    ["0", 0],
    ["0.001", 0.001],
    ["1e-5", 1e-5],
  ],
  clipNorm: [
    ["1", 1],
    ["none", null],
    ["0.5", 0.5],
  ],
  batchSize: [
    ["100", 100],
    ["full", "full"],
    ["1", 1],
  ],
  localSteps: [
    ["50", 50],
    ["1", 1],
    ["none", null],
  ],
  replicas: [
    ["8", 8],
    ["1", 1],
    ["100", 100],
  ],
  outerLearningRate: [
    ["0.7", 0.7],
    ["1", 1],
    [".5", 0.5],
  ],
  outerMomentum: [
    ["0.9", 0.9],
    ["0", 0],
    [".5", 0.5],
  ],
  shardSize: [
    ["8", 8],
    ["auto", "auto"],
    ["1", 1],
  ],
  epochs: [
    ["1", 1],
    ["7", 7],
    ["0012", 12],
  ],
  steps: [
    ["5", 5],
    ["none", null],
    ["9", 9],
  ],
  seed: [
    ["0", 0],
    ["-7", -7],
    ["9007199254740991", 9007199254740991],
  ],
  target: [
    ["price", ["price"]],
    ["price,weight", ["price", "weight"]],
    ["4", ["4"]],
  ],
  ignore: [
    ["id", ["id"]],
    ["id, name", ["id", "name"]],
    ["3,a b", ["3", "a b"]],
  ],
  missing: names("refuse", "median", "drop"),
  task: names("classification", "regression", "classification"),
  tokens: names("char", "byte", "char"),
  context: [
    ["64", 64],
    ["1", 1],
    ["256", 256],
  ],
  header: names("auto", "yes", "no"),
  imageSize: [
    ["32", "32x32"],
    ["64x48", "64x48"],
    ["7×9", "7x9"],
  ],
  color: names("auto", "grey", "color"),
  onBroken: names("skip", "refuse", "skip"),
  delimiter: names("comma", "tab", "pipe"),
  validation: [
    ["0", 0],
    ["0.1", 0.1],
    [".25", 0.25],
  ],
  test: [
    ["0.5", 0.5],
    ["1e-1", 0.1],
    ["0.2", 0.2],
  ],
  dataSeed: [
    ["0", 0],
    ["7", 7],
    ["-3", -3],
  ],
  cache: names("/tmp/a", "b", "c d"),
  mnistMirror: [
    ["https://example.org/mnist/", "https://example.org/mnist"],
    ["http://localhost:1", "http://localhost:1"],
    ["https://a.b", "https://a.b"],
  ],
  name: names("first", "2nd", "third-run"),
  resume: [
    ["true", true],
    ["first", "first"],
    ["runs/a run", "runs/a run"],
  ],
  init: names("/a/model.safetensors", "b", "c d"),
  newLastLayer: switches,
  checkpointEvery: names("3", "500steps", "10min"),
  pace: names("full", "slow", "single"),
  runs: names("out", "# not a comment", "a: b"),
  localWorkers: [
    ["0", 0],
    ["auto", "auto"],
    ["3", 3],
  ],
  threads: [
    ["auto", "auto"],
    ["2", 2],
    ["256", 256],
  ],
  minWorkers: [
    ["1", 1],
    ["2", 2],
    ["30", 30],
  ],
  audit: names("none", "sample", "quorum"),
  host: names("127.0.0.1", "::1", "example.org"),
  port: [
    ["0", 0],
    ["80", 80],
    ["65535", 65_535],
  ],
  joinToken: names("abcdefgh", "12345678", "a.b_c~d-"),
  adminToken: names("ABCDEFGH", "87654321", "A.B_C~D-"),
  tlsCert: names("a.pem", "b.pem", "c.pem"),
  tlsKey: names("a.key", "b.key", "c.key"),
  allowOrigin: [
    ["https://train.example.org", ["https://train.example.org"]],
    ["http://a:80, https://b:8443/", ["http://a", "https://b:8443"]],
    ["http://[::1]:3000", ["http://[::1]:3000"]],
  ],
  joinUrl: [
    ["https://train.example.org", "https://train.example.org"],
    ["http://lab:8080/", "http://lab:8080"],
    ["http://[2001:db8::1]:80/a/b-c/", "http://[2001:db8::1]/a/b-c"],
  ],
  basePath: [
    ["/promedio/", "/promedio"],
    ["/a/b.c", "/a/b.c"],
    ["/", "/"],
  ],
  trustProxy: switches,
  cluster: names("nats://a", "nats://a:4222,b/lab", "tls://u:p@[::1]"),
  leaseSeconds: [
    ["1", 1],
    ["10", 10],
    ["3600", 3_600],
  ],
  open: switches,
  metrics: names("admin", "anybody", "admin"),
  tensorboard: names("logs", "/a b", "c"),
  onFinish: names("true", "mail -s done me", "a 'b' \"c\""),
  webhook: [
    ["https://example.org/hook", "https://example.org/hook"],
    ["http://localhost:1/", "http://localhost:1"],
    ["https://a.b", "https://a.b"],
  ],
  exit: switches,
  json: switches,
  log: names("text", "json", "text"),
  printConfig: switches,
};
