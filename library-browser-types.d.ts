/**
 * The library in a browser: the exports of `import … from "promedio"` with a bundler that asks for the condition
 * `browser`, and of `import … from "promedio/browser"` anywhere. A coordinator serves it as `/library.js`.
 */
import type { Model } from "./library-types.d.ts";

export { OperatorError, predict, startWorker } from "./library-types.d.ts";
export type {
  LogEntry,
  Model,
  Prediction,
  Worker,
  WorkerControl,
  WorkerSettings,
  WorkerStatus,
} from "./library-types.d.ts";

/**
 * Opens a trained network.
 *
 * @param source - The bytes of a checkpoint, from a file or fetched from `/run/1/checkpoint` of a coordinator.
 * @throws OperatorError if the bytes are damaged or not a checkpoint.
 */
export declare function loadCheckpoint(source: Uint8Array | ArrayBuffer): Promise<Model>;
