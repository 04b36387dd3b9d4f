/** @file The options of the program's commands, apart from the settings that change the result of a run. */
import type { LogForm } from "../shared/log.ts";
import type { DataSettings } from "../shared/run/settings/data-settings.ts";
import type { Origins } from "../shared/run/settings/option.ts";
import type { RunRequest } from "../shared/run/settings/run-settings.ts";
import type { AuditPolicy } from "./audit/audit-policy.ts";
import type { CompareSettings } from "./compare/plan/plan.ts";
import type { Pace } from "./dispatch/pacing.ts";
import type { CheckpointInterval } from "./run/checkpoint-interval.ts";

/** All coordinator options that don't change the result, with all defaults resolved. */
export interface CoordinatorOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** `undefined`: draw one, unless `open`. */
  readonly joinToken: string | undefined;
  /** `undefined`: draw one. Never equal to `joinToken`. */
  readonly adminToken: string | undefined;
  /** Paths of PEM files; `undefined`: plain http. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** `https://host:port` of other sites whose pages may connect; absent: none. */
  readonly allowOrigin?: readonly string[] | undefined;
  /**
   * The address at which others reach this server, without a trailing slash; absent: one of this machine's
   * addresses.
   */
  readonly joinUrl?: string | undefined;
  /** The path that a proxy in front adds, without a trailing slash; `/` for none, absent: that of `joinUrl`. */
  readonly basePath?: string | undefined;
  /** Whether a proxy in front says whose requests it passes on. */
  readonly trustProxy: boolean;
  /** Whether workers need no token. */
  readonly open: boolean;
  /** `auto`: as suits the model. */
  readonly localWorkers: number | "auto";
  /** Per local worker. */
  readonly threads: number | "auto";
  readonly minWorkers: number;
  /** How fast the steps follow each other. */
  readonly pace: Pace;
  readonly audit: AuditPolicy;
  /** Folder of the runs. */
  readonly runs: string;
  /** `undefined`: make one up. */
  readonly name: string | undefined;
  /** The file with whose parameters new runs begin; absent: they are drawn. */
  readonly init?:
    | {
        readonly path: string;
        /** Whether the last layer is drawn all the same. */
        readonly newLastLayer: boolean;
      }
    | undefined;
  /** `true`: the latest run; a text: the run's name, or the path of its folder or checkpoint. */
  readonly resume: true | string | undefined;
  readonly checkpointEvery: CheckpointInterval;
  /** `undefined`: the user's cache folder. */
  readonly cache: string | undefined;
  /** Without a trailing slash. `undefined`: the default mirror. */
  readonly mnistMirror: string | undefined;
  /** Who may read `/metrics`. */
  readonly metrics: (typeof metricsReaders)[number];
  /** Folder of TensorBoard's event files; absent: none are written. */
  readonly tensorboard?: string | undefined;
  /** Command for the shell when a run is over. */
  readonly onFinish?: string | undefined;
  /** Web address that hears when a run is over. */
  readonly webhook?: string | undefined;
  /** `nats://…`: where the coordinators of one run agree on which of them leads; absent: there is only this one. */
  readonly cluster?: string | undefined;
  /** How long a leader may be silent before a standby takes over; absent: the default. */
  readonly leaseSeconds?: number;
  readonly exit: boolean;
  readonly json: boolean;
  /** How lines on standard error are written. */
  readonly log: LogForm;
}

/** Who may read `/metrics`: only those with the admin token, or anybody. */
export const metricsReaders = ["admin", "anybody"] as const;

/** The formats in which a trained model leaves the program. */
export const exportFormats = ["onnx", "safetensors", "json", "npz"] as const;
export type ExportFormat = (typeof exportFormats)[number];

interface ToolOptions {
  /** A checkpoint's path, or a run's name or folder; `undefined`: the latest run. */
  readonly checkpoint: string | undefined;
  /** Folder of the runs. */
  readonly runs: string;
}

interface DataToolOptions extends ToolOptions {
  /** `undefined`: the dataset of the run. */
  readonly dataset?: string;
  /** `undefined`: the user's cache folder. */
  readonly cache?: string;
  readonly json: boolean;
}

export interface EvaluateCommand extends DataToolOptions {
  readonly kind: "evaluate";
}

export interface ExplainCommand extends DataToolOptions {
  readonly kind: "explain";
  /** Index of a test sample. */
  readonly sample: number;
  readonly check: boolean;
}

/** Without a prompt, a text begins with the sample that the run wrote at this step. */
export const writingDefaults = { length: 500, temperature: 0.8 } as const;

export interface PredictCommand extends ToolOptions {
  readonly kind: "predict";
  /** A path, or `-` for standard input; absent only for a model that continues a text. */
  readonly file?: string | undefined;
  readonly json: boolean;
  /** Settings of a model that continues a text; absent: the default. */
  readonly prompt?: string;
  readonly length?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly seed?: number;
}

export interface ExportCommand extends ToolOptions {
  readonly kind: "export";
  readonly format: ExportFormat;
  /** A path, or `-` for standard output; absent: beside the checkpoint. */
  readonly to?: string;
}

/** A command that looks at a trained model and ends. */
export type ToolCommand = EvaluateCommand | ExplainCommand | PredictCommand | ExportCommand;

/** Shows the network that a run would train. */
export interface SummaryCommand {
  readonly kind: "summary";
  readonly options: CoordinatorOptions;
  readonly run: RunRequest;
}

/** Trains the variants of a run, one after the other, and compares them. */
export interface CompareCommand {
  readonly kind: "compare";
  readonly options: CoordinatorOptions;
  /** What all of them have in common. */
  readonly run: RunRequest;
  readonly compare: CompareSettings;
  /** The command that trains one run alone. */
  readonly commandOf: (run: RunRequest) => string;
  /** The command that continues this comparison. */
  readonly again: string;
}

/** Serves the page `/learn` alone. */
export interface LearnCommand {
  readonly kind: "learn";
  readonly port: number;
}

/** Looks at a dataset without training on it. */
export interface InspectCommand {
  readonly kind: "inspect";
  readonly dataset: string;
  /** How raw data become a dataset. */
  readonly data: DataSettings;
  readonly origins: Origins;
  /** `undefined`: the user's cache folder. */
  readonly cache: string | undefined;
  /** `undefined`: the default mirror. */
  readonly mnistMirror: string | undefined;
  readonly json: boolean;
}
