/** @file Defaults of the options that don't change the result: where and how the coordinator and the worker run. */

/** Where and how the coordinator runs. */
export const coordinatorDefaults = {
  /** All interfaces, because workers on other machines are the point and the join token keeps strangers out. */
  host: "0.0.0.0",
  port: 8080,
  open: false,
  localWorkers: 0,
  threads: 1,
  minWorkers: 1,
  pace: "full",
  audit: "sample",
  runs: "runs",
  newLastLayer: false,
  checkpointEvery: "1",
  trustProxy: false,
  /** Three NATS servers that lose their leader answer nobody for 4.5 s, so less would end a lease for nothing. */
  leaseSeconds: 10,
  metrics: "admin",
  exit: false,
  json: false,
  log: "text",
  printConfig: false,
} as const;

/** Defaults of `promedio start` that differ from `promedio coordinator`. */
export const startDefaults = { localWorkers: "auto" } as const;

/** Defaults of `promedio compare`; those that differ from `promedio coordinator` are last. */
export const compareDefaults = {
  seeds: 5,
  /** The rate that it would have otherwise, and two on either side: a factor of 100. */
  rates: 5,
  /** With one seed, a rate that is too high is easily chosen because it was lucky. */
  searchSeeds: 3,
  to: "comparison",
  localWorkers: "auto",
  /** Its runs are short, and each writes its result at its end anyway. */
  checkpointEvery: "1min",
  /** A rate must not be chosen with test data. */
  validation: 0.1,
} as const;

export const relayDefaults = {
  host: coordinatorDefaults.host,
  port: coordinatorDefaults.port,
  audit: "sample",
  log: "text",
} as const;

export const workerDefaults = { threads: 1, log: "text" } as const;

export const toolDefaults = { runs: "runs", format: "onnx", sample: 0, json: false } as const;
