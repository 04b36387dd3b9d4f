/**
 * The library in Node: what `import … from "promedio"` gives. REFERENCE.md lists the settings. In a browser it has
 * `loadCheckpoint`, `predict` and `startWorker`.
 */

/**
 * The settings of a run, under the names of a run file, and where it is trained. Every option of `promedio coordinator`
 * is one: `--learning-rate 0.1` is `learningRate: 0.1`.
 */
export interface Settings {
  /** Arrays in memory, samples one by one, or the name of a dataset: `digits`, `csv:houses.csv`. Default: `digits`. */
  readonly data?: string | Data | AsyncIterable<Sample>;
  /** Widths of all layers (`"784,16,16,10"`), or a list of layers. Another name for `layers`. Default: by the data. */
  readonly model?: string | readonly number[] | readonly object[];
  /** Worker processes on this machine. Another name for `localWorkers`. Default of `train`: 2; of `startCoordinator`: 0. */
  readonly workers?: number;
  /** Passes over the training samples. */
  readonly epochs?: number;
  /** Samples of one step. */
  readonly batchSize?: number;
  readonly learningRate?: number;
  /** `sgd`, `momentum`, `nag`, `rmsprop`, `adam`, `adamw` or `local-search`. */
  readonly optimizer?: string;
  /** Of all random numbers: the same seed gives the same run. */
  readonly seed?: number;
  /** The share of the training samples to watch the training with. */
  readonly validation?: number;
  /** Of the run and its folder. Default: made up. */
  readonly name?: string;
  /** The folder of all runs. Default: `runs` in the working directory. */
  readonly runs?: string;
  /** Go on with this run (its name or folder), or `true` for the latest one. */
  readonly resume?: string | true;
  /** Default of `train`: `127.0.0.1`; of `startCoordinator`: every address. */
  readonly host?: string;
  /** Default of `train`: any free one; of `startCoordinator`: 8080. */
  readonly port?: number;
  /** The address at which others reach it, if it is behind a proxy or in another server: `https://example.org/training`. */
  readonly joinUrl?: string;
  /** The path that comes in front of all of its own: `/training`. Default: that of `joinUrl`. */
  readonly basePath?: string;
  /** Origins of other sites whose pages may connect, as `https://example.org`. */
  readonly allowOrigin?: readonly string[];
  /** Any other option, by its name in camelCase. */
  readonly [setting: string]: unknown;
}

/** A coordinator in the server of the program around it. */
export interface Embedding {
  /**
   * Node's `http.Server` or `https.Server`, which listens on a port: in Express what `app.listen` returns, in Fastify
   * `app.server`. The coordinator takes what is below `basePath` (`/training`) and leaves everything else to you, also when it
   * is closed. `joinUrl` says where others reach that path. `host`, `port` and certificate are the server's own.
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

/** How a program takes part in what it started. */
export interface Control {
  /** Ends the run when it is aborted; its state is saved, and `resume` continues it. */
  readonly signal?: AbortSignal;
  /** Gets every event and every note; absent: nobody does. Nothing is ever printed. Must not throw. */
  readonly log?: (entry: LogEntry) => void;
}

/** Numbers with a shape, or nested lists of numbers. The first dimension counts the samples. */
export type Numbers =
  | readonly unknown[]
  | Float32Array
  | Uint8Array
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number> };

/** Samples and what the network should answer. A byte `b` of a `Uint8Array` means `b / 255`; other numbers mean themselves. */
export interface Samples {
  /** Shape `[count, …]`, up to four dimensions for a sample: `[count, height, width, channels]` for pictures. */
  readonly features: Numbers;
  /** Shape `[count]` for classes 0, 1, 2 … or one number to predict; `[count, width]` for several. */
  readonly targets: Numbers;
}

/** Splits of a dataset. `test` is drawn from the training samples where it is missing. */
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

/** One occurrence, exactly as `--json` prints it: `listening`, `started`, `worker`, `epoch`, `finished` … */
export interface RunEvent {
  readonly event: string;
  readonly [name: string]: unknown;
}

/** The end of a run. */
export interface RunResult {
  /** SHA-256 of the parameters' little-endian bytes: the same whoever computed it. */
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

/** A run in progress: `for await (const event of run)` gives its events from the first one on, and ends with it. */
export interface Run extends AsyncIterable<RunEvent> {
  /** Rejects with one line if the run fails, and with the signal's reason if it is stopped. */
  readonly result: Promise<RunResult>;
  /** Ends the run; its state is saved. */
  stop(): void;
}

/** A coordinator that listens. */
export interface Coordinator extends Run {
  /** Its address for this machine. */
  readonly url: string;
  /** The address for workers; it contains the token that admits them. */
  readonly joinUrl: string;
  /** The address of the dashboard; it contains the operator's token. */
  readonly dashboardUrl: string;
  /** Stops listening; a run in progress is saved. Resolves when all sockets, workers and files are closed. */
  close(): Promise<void>;
}

/** A worker and its coordinator. */
export interface WorkerSettings {
  /** A join link. */
  readonly url: string;
  /** Compute threads. Default: 1. `auto`: one per core. */
  readonly threads?: number | "auto";
  /** Default: the machine's name. */
  readonly name?: string;
  /** Where the link has none. */
  readonly joinToken?: string;
  /** In a browser: the share of the time to compute, above 0 and up to 1. Default: 1. */
  readonly effort?: number;
}

/** How a program takes part in a worker that it started. */
export interface WorkerControl extends Control {
  /** Hears each change of its state, and in a browser its counts a few times a second. Must not throw. */
  readonly status?: (status: WorkerStatus) => void;
}

/** What a worker does. */
export interface WorkerStatus {
  readonly phase:
    | "connecting"
    /** The connection was lost, or could not be opened; it tries again by itself. */
    | "retrying"
    /** There is no run yet, or it is over. */
    | "waiting"
    /** It gets the data. */
    | "loading"
    | "training"
    | "paused"
    | "stopped";
  /** It stopped because it cannot take part. */
  readonly failed: boolean;
  /** What it does, what it waits for, or why it stopped: one line in English. */
  readonly message: string;
  /** The name that the coordinator shows. */
  readonly name: string;
  readonly threads: number;
  /** Title of the current run; `null` before the first. */
  readonly run: string | null;
  readonly dataset: string | null;
  /** Bytes of the dataset that have arrived. */
  readonly receivedBytes: number;
  /** The last step that it computed for; `null` before the first. */
  readonly step: number | null;
  readonly samplesPerSecond: number;
  /** Its part of the run's samples since it joined, from 0 to 1. */
  readonly share: number;
  /** Results sent in this run. */
  readonly blocksDone: number;
  /** Samples computed in this run. */
  readonly samplesDone: number;
}

/** A worker that takes part. */
export interface Worker {
  /** Resolves when it has left or its coordinator has ended; rejects if it cannot take part. */
  readonly ended: Promise<void>;
  /** Leaves. */
  leave(): void;
}

/** A trained network. */
export interface Model {
  readonly fingerprint: string;
  /** Committed steps. */
  readonly step: number;
  /** The settings that determined it, as the checkpoint has them. */
  readonly config: object;
  /** Shape `[parameterCount]`. */
  readonly parameters: Float32Array;
}

/** The answer to one sample, in the words of the data. */
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

/** A setting, a file or a call that cannot be: one line that says what, which value and what to do. */
export declare class OperatorError extends Error {}

/**
 * Trains a network on this machine and whatever else joins. The fingerprint is the one that the command line gives for the
 * same settings.
 */
export declare function train(settings?: Settings & Control): Run;

/**
 * Starts a coordinator; resolves when it listens. After its run it stays up until it is closed.
 *
 * @throws OperatorError for a setting that cannot be, a port that is taken, or a server that does not listen.
 */
export declare function startCoordinator(
  settings?: Settings & Embedding & Control,
): Promise<Coordinator>;

/**
 * Starts a worker in this process, or in this page, whose site the coordinator must allow (`allowOrigin`). `ended` rejects
 * for a URL that is no join link.
 */
export declare function startWorker(settings: WorkerSettings & WorkerControl): Worker;

/**
 * Checks settings without starting anything, and returns them.
 *
 * @throws OperatorError for an unknown setting or a value that cannot be.
 */
export declare function defineRun<const T extends Settings>(settings: T): T;

/**
 * Opens a trained network.
 *
 * @param source - The bytes of a checkpoint, its path, or a run's name or folder.
 * @throws OperatorError if the checkpoint is missing or damaged.
 */
export declare function loadCheckpoint(
  source: string | Uint8Array,
  options?: { readonly runs?: string },
): Promise<Model>;

/**
 * What a network answers.
 *
 * @param samples - Of a model trained on a table: its rows, `{ column: value }`. Otherwise features as the network sees them
 *   (`byte / 255` for bytes): one list of numbers for each sample, or all of them in one array.
 * @returns One answer per sample.
 * @throws OperatorError if the samples do not fit the model.
 */
export declare function predict(
  model: Model,
  samples:
    | Float32Array
    | readonly (readonly number[] | Float32Array | Readonly<Record<string, unknown>>)[],
): Promise<readonly Prediction[]>;
