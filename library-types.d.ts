/**
 * The library in Node: the exports of `import … from "promedio"`. REFERENCE.md lists the settings. In a browser it has
 * `loadCheckpoint`, `predict` and `startWorker`.
 */

/**
 * The settings of a run and of its coordinator, with the names of a run file. Every option of `promedio coordinator` is
 * a setting: `--learning-rate 0.1` is `learningRate: 0.1`.
 */
export interface Settings {
  /** Arrays in memory, samples one by one, or the name of a dataset: `digits`, `csv:houses.csv`. Default: `digits`. */
  readonly data?: string | Data | AsyncIterable<Sample>;
  /** Widths of all layers (`"784,16,16,10"`, another name for `layers`), or a list of layers. Default: depends on the data. */
  readonly model?: string | readonly number[] | readonly object[];
  /** Worker processes on this machine. Another name for `localWorkers`. Default of `train`: 2; of `startCoordinator`: 0. */
  readonly workers?: number;
  /** Passes over the training samples. */
  readonly epochs?: number;
  /** Samples per step. */
  readonly batchSize?: number;
  readonly learningRate?: number;
  /** `sgd`, `momentum`, `nag`, `rmsprop`, `adam`, `adamw` or `local-search`. */
  readonly optimizer?: string;
  /** Seed of all random numbers. The same seed gives the same run. */
  readonly seed?: number;
  /** Share of the training samples that is kept for validation, for example 0.1. */
  readonly validation?: number;
  /** Name of the run and of its folder. Default: made from date and time. */
  readonly name?: string;
  /** The folder of all runs. Default: `runs` in the working directory. */
  readonly runs?: string;
  /** Continue this run (its name or folder); `true`: the latest one. */
  readonly resume?: string | true;
  /** Address to listen on. Default of `train`: `127.0.0.1`; of `startCoordinator`: every address. */
  readonly host?: string;
  /** Port to listen on. Default of `train`: any free one; of `startCoordinator`: 8080. */
  readonly port?: number;
  /** Address where others reach it, if it is behind a proxy or in another server: `https://example.org/training`. */
  readonly joinUrl?: string;
  /** Path in front of all of its paths: `/training`. Default: the path of `joinUrl`. */
  readonly basePath?: string;
  /** Origins of other sites whose pages may connect: `https://example.org`. */
  readonly allowOrigin?: readonly string[];
  /** Any other option, by its name in camelCase. */
  readonly [setting: string]: unknown;
}

/** A coordinator inside another program's server. */
export interface Embedding {
  /**
   * Node's `http.Server` or `https.Server`, which must already listen on a port. In Express it is the result of
   * `app.listen`, in Fastify `app.server`. The coordinator handles all paths below `basePath` (`/training`) and leaves the
   * others to you. Closing the coordinator does not close the server. `joinUrl` says where others reach the path. The server
   * has its own `host`, `port` and certificate.
   */
  readonly server?: HostServer | undefined;
}

/** `http.Server` or `https.Server`. */
export interface HostServer {
  readonly listening: boolean;
  /** A server that speaks HTTP has it. */
  readonly requestTimeout: number;
  /** Where it listens. */
  address(): unknown;
}

/** Callbacks and the signal of a run that a program starts. */
export interface Control {
  /** Ends the run when it is aborted. The run's state is saved, and `resume` continues it. */
  readonly signal?: AbortSignal;
  /** Called with every event and every note. The library itself never prints anything. Must not throw. */
  readonly log?: (entry: LogEntry) => void;
}

/** Numbers with a shape, or nested lists of numbers. The first dimension counts the samples. */
export type Numbers =
  | readonly unknown[]
  | Float32Array
  | Uint8Array
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number> };

/** Samples and the right answers. A byte `b` of a `Uint8Array` means `b / 255`. All other numbers are used as they are. */
export interface Samples {
  /** Shape `[count, …]`. A sample has at most four dimensions. Pictures: `[count, height, width, channels]`. */
  readonly features: Numbers;
  /** Shape `[count]` for classes 0, 1, 2 … or for one number to predict; `[count, width]` for several numbers. */
  readonly targets: Numbers;
}

/** Splits of a dataset. If `test` is missing, test samples are drawn from the training samples. */
export interface Data extends Samples {
  readonly name?: string;
  readonly validation?: Samples;
  readonly test?: Samples;
}

/** One sample of an async iterator: its features, and its class or the numbers to predict. */
export interface Sample {
  readonly features: readonly number[] | Float32Array;
  readonly target: number | readonly number[];
}

/** An entry of the log. */
export interface LogEntry {
  readonly level: "info" | "warning" | "error";
  /** One line in English. */
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** One event, exactly as `--json` prints it: `listening`, `started`, `worker`, `epoch`, `finished` … */
export interface RunEvent {
  readonly event: string;
  readonly [name: string]: unknown;
}

/** The result of a run. */
export interface RunResult {
  /** SHA-256 of the parameters' little-endian bytes. It does not depend on who computed them. */
  readonly fingerprint: string;
  /** Committed steps. */
  readonly steps: number;
  readonly seconds: number;
  /** `null` if there are no test samples. */
  readonly testLoss: number | null;
  /** `null` if the task has no accuracy. */
  readonly testAccuracy: number | null;
  /** Path of the last checkpoint; `null` if it could not be written. */
  readonly checkpoint: string | null;
  readonly [name: string]: unknown;
}

/** A run in progress. `for await (const event of run)` gives all of its events, and ends when the run ends. */
export interface Run extends AsyncIterable<RunEvent> {
  /** Rejects with a one-line message if the run fails, and with the signal's reason if it is aborted. */
  readonly result: Promise<RunResult>;
  /** Ends the run. Its state is saved. */
  stop(): void;
}

/** A coordinator that listens for workers. */
export interface Coordinator extends Run {
  /** Its address on this machine. */
  readonly url: string;
  /** The link for workers. It contains the join token. */
  readonly joinUrl: string;
  /** The link to the dashboard. It contains the admin token. */
  readonly dashboardUrl: string;
  /** Stops listening. A run in progress is saved. Resolves when all sockets, workers and files are closed. */
  close(): Promise<void>;
}

/** The settings of a worker. */
export interface WorkerSettings {
  /** The join link of a coordinator or of a relay. */
  readonly url: string;
  /** Compute threads. Default: 1. `auto`: one per core. */
  readonly threads?: number | "auto";
  /** Name that the coordinator shows. Default: the machine's name. */
  readonly name?: string;
  /** Needed only if the link has no token. */
  readonly joinToken?: string;
  /** In a browser: the share of the time in which it computes, above 0 and up to 1. Default: 1. */
  readonly effort?: number;
}

/** Callbacks and the signal of a worker that a program starts. */
export interface WorkerControl extends Control {
  /** Called when the worker's state changes, and in a browser a few times a second with its counts. Must not throw. */
  readonly status?: (status: WorkerStatus) => void;
}

/** The state of a worker. */
export interface WorkerStatus {
  readonly phase:
    | "connecting"
    /** The connection was lost, or could not be opened; it tries again by itself. */
    | "retrying"
    /** There is no run yet, or it is over. */
    | "waiting"
    /** It downloads the data. */
    | "loading"
    | "training"
    | "paused"
    | "stopped";
  /** Whether it stopped because it cannot take part. */
  readonly failed: boolean;
  /** What it does, what it waits for, or why it stopped, as one line in English. */
  readonly message: string;
  /** The name that the coordinator shows. */
  readonly name: string;
  readonly threads: number;
  /** Title of the current run; `null` before the first. */
  readonly run: string | null;
  readonly dataset: string | null;
  /** Bytes of the dataset that have arrived. */
  readonly receivedBytes: number;
  /** The last step for which it computed something; `null` before the first. */
  readonly step: number | null;
  readonly samplesPerSecond: number;
  /** Its share of the run's samples since it joined, from 0 to 1. */
  readonly share: number;
  /** Results sent in this run. */
  readonly blocksDone: number;
  /** Samples computed in this run. */
  readonly samplesDone: number;
}

/** A worker that a program started. */
export interface Worker {
  /** Resolves when it has left or its coordinator has ended; rejects if it cannot take part. */
  readonly ended: Promise<void>;
  /** Leaves the run and disconnects. */
  leave(): void;
}

/** A trained network. */
export interface Model {
  readonly fingerprint: string;
  /** Committed steps. */
  readonly step: number;
  /** The settings that determined the result, as stored in the checkpoint. */
  readonly config: object;
  /** Shape `[parameterCount]`. */
  readonly parameters: Float32Array;
}

/** The answer to one sample, with the names of classes or columns in the data. */
export type Prediction =
  | {
      readonly kind: "class";
      /** Name of the likeliest class, or its number. */
      readonly answer: string;
      /** Probabilities by class. */
      readonly shares: Readonly<Record<string, number>>;
    }
  | { readonly kind: "values"; readonly values: Readonly<Record<string, number>> }
  | { readonly kind: "flags"; readonly shares: Readonly<Record<string, number>> };

/** A setting, a file or a call that cannot be used. The message is one line: what is wrong, which value, and what to do. */
export declare class OperatorError extends Error {}

/**
 * Trains a network on this machine and on all others that join. The fingerprint equals that of the command line with the
 * same settings.
 */
export declare function train(settings?: Settings & Control): Run;

/**
 * Starts a coordinator. Resolves when it listens. After its run it stays up until it is closed.
 *
 * @throws OperatorError for a wrong setting, a port that is taken, or a server that does not listen yet.
 */
export declare function startCoordinator(
  settings?: Settings & Embedding & Control,
): Promise<Coordinator>;

/**
 * Starts a worker in this process or in this page. The coordinator must admit the page's site (`allowOrigin`). `ended`
 * rejects if the URL is not a join link.
 */
export declare function startWorker(settings: WorkerSettings & WorkerControl): Worker;

/**
 * Checks settings without starting anything, and returns them.
 *
 * @throws OperatorError for an unknown setting or a wrong value.
 */
export declare function defineRun<const T extends Settings>(settings: T): T;

/**
 * Opens a trained network.
 *
 * @param source - The bytes or the path of a checkpoint, or a run's name or folder.
 * @param options.runs - The folder of all runs. Default: `runs` in the working directory.
 * @throws OperatorError if the checkpoint is missing or damaged.
 */
export declare function loadCheckpoint(
  source: string | Uint8Array,
  options?: { readonly runs?: string },
): Promise<Model>;

/**
 * Answers for samples with a trained network.
 *
 * @param model - The result of `loadCheckpoint`.
 * @param samples - For a model that was trained on a table: rows, `{ column: value }`. Otherwise the features as the network
 *   sees them (`byte / 255` for bytes), as one list of numbers per sample or all in one array.
 * @returns One answer per sample.
 * @throws OperatorError if the samples do not fit the model.
 */
export declare function predict(
  model: Model,
  samples:
    | Float32Array
    | readonly (readonly number[] | Float32Array | Readonly<Record<string, unknown>>)[],
): Promise<readonly Prediction[]>;
