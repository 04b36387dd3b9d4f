/**
 * @file The current parameters in the page, and the run's dataset. Parameters are fetched now and then while a
 * visible panel needs them; the larger they are, the less often.
 */
import { Predictor } from "../../../shared/engine/predictor.ts";
import { tokenField } from "../../../shared/protocol/token-field.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import { RemoteDataset } from "./dataset.ts";
import { createKernel } from "./kernel.ts";

export interface Model {
  readonly run: number;
  readonly config: RunConfig;
  /** Committed steps. */
  readonly step: number;
  readonly parameters: Float32Array;
  /** The run's dataset; its samples are fetched when they are needed. */
  readonly dataset: RemoteDataset;
  /** Runs samples through the model; `undefined` if this browser cannot. */
  readonly predictor: Predictor | undefined;
}

/** Between two fetches of a small model. */
const intervalMs = 400;
/** Additional wait per megabyte. */
const intervalMsPerMegabyte = 600;

export class ModelSource {
  readonly #token: string;
  readonly #listeners: { needed: () => boolean; use: (model: Model) => void }[] = [];
  #run = 0;
  #config: RunConfig | undefined;
  #dataset: Promise<RemoteDataset> | undefined;
  /** For the run's model; created when its parameters are first needed. */
  #predictor: Promise<Predictor | undefined> | undefined;
  #model: Model | undefined;
  /** Committed steps, according to the last snapshot. */
  step = 0;
  /** Whether the run has ended as planned. */
  isFinished = false;

  constructor(token: string) {
    this.#token = token;
    void this.#loop();
  }

  /** Another run started. */
  begin(run: number, config: RunConfig): void {
    if (this.#config?.dataset.sha256 !== config.dataset.sha256) this.#dataset = undefined;
    this.#run = run;
    this.#config = config;
    this.#model = undefined;
    this.#predictor = undefined;
    this.isFinished = false;
  }

  get config(): RunConfig | undefined {
    return this.#config;
  }

  get model(): Model | undefined {
    return this.#model;
  }

  /** The run's dataset, opened at the first call. */
  #openDataset(): Promise<RemoteDataset> {
    const { sha256 = "" } = this.#config?.dataset ?? {};
    this.#dataset ??= RemoteDataset.open(sha256, this.#token);
    return this.#dataset;
  }

  /** @param needed - Whether new parameters would be visible now. */
  listen(needed: () => boolean, use: (model: Model) => void): void {
    this.#listeners.push({ needed, use });
  }

  async #loop(): Promise<void> {
    for (;;) {
      const megabytes = (this.#model?.parameters.byteLength ?? 0) / 1e6;
      await new Promise((resolve) =>
        setTimeout(resolve, intervalMs + intervalMsPerMegabyte * megabytes),
      );
      await this.#look().catch(() => {
        // The coordinator is away. The feed says so; here, just try again.
        this.#dataset = undefined;
      });
    }
  }

  async #look(): Promise<void> {
    if (this.#config === undefined || !this.#listeners.some(({ needed }) => needed())) return;
    if (this.#isStale()) await this.#fetch(this.#config);
    const model = this.#model;
    if (model === undefined) return;
    for (const { needed, use } of this.#listeners) if (needed()) use(model);
  }

  #isStale(): boolean {
    return this.#model?.step !== this.step || this.#model.run !== this.#run;
  }

  async #fetch(config: RunConfig): Promise<void> {
    const headers = new Headers();
    if (this.#token !== "") headers.set(tokenField, this.#token);
    const response = await fetch("run/parameters", { headers, cache: "no-store" });
    if (!response.ok) throw new Error(`parameters: ${response.status}`);
    const run = Number(response.headers.get("Promedio-Run"));
    const parameters = new Float32Array(await response.arrayBuffer());
    this.#predictor ??= createPredictor(config);
    const predictor = await this.#predictor;
    const dataset = await this.#openDataset();
    if (run !== this.#run || config !== this.#config) return;
    const step = Number(response.headers.get("Promedio-Step"));
    this.#model = { run, config, step, parameters, dataset, predictor };
  }
}

/** A kernel's memory never shrinks, so each model has its own kernel, which is freed with the model. */
async function createPredictor(config: RunConfig): Promise<Predictor | undefined> {
  try {
    return new Predictor(await createKernel(), config);
  } catch {
    return undefined; // The browser has too little memory, or no SIMD.
  }
}
