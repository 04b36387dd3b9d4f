/**
 * @file The text that a network writes after each evaluation, for people to read. It is a pure function of the
 * parameters, the seed and the step, and changes nothing. It is written token by token between other work, so that
 * training hardly slows down.
 */
import type { DataDescription } from "../../../shared/data/description.ts";
import { Predictor } from "../../../shared/engine/predictor.ts";
import { TextWriter } from "../../../shared/engine/text-writer.ts";
import { layoutOf } from "../../../shared/model/layout.ts";
import type { ModelConfig } from "../../../shared/model/model-config.ts";
import type { ParameterStore } from "../parameter-store.ts";
import type { CoordinatorEvent } from "../view.ts";

/** Tokens that are a few lines. */
const lengthMax = 200;
/** A text of fewer says nothing, so none is written. */
const lengthMin = 16;
/** A few seconds of one core. */
const multiplyAddsMax = 2e10;
/** Livelier than always the likeliest token, and less random than the network's own doubt. */
const temperature = 0.8;
/** Of the time between two tokens that goes to the next one. */
const restPerWork = 3;

export interface SampleWriterOptions {
  readonly store: ParameterStore;
  /** What is known of the data; nothing is written unless they are a text. */
  readonly data: DataDescription;
  readonly report: (event: CoordinatorEvent) => void;
  readonly after: (delayMs: number, callback: () => void) => () => void;
  readonly now: () => number;
}

/** A sample that is being written. */
interface Draft {
  readonly step: number;
  readonly epoch: number;
  readonly tokens: Iterator<string>;
  text: string;
  length: number;
}

export class SampleWriter {
  readonly #options: SampleWriterOptions;
  readonly #length: number;
  /** Made for the first sample. */
  #writer: TextWriter | undefined;
  #draft: Draft | undefined;
  #cancel = () => {};

  constructor(options: SampleWriterOptions) {
    const { store, data } = options;
    const isText = data.preprocessing?.kind === "text";
    this.#options = options;
    this.#length = isText ? sampleLength(store.config.model) : 0;
  }

  /** Begins a sample with the parameters of this moment. One that is not done yet is finished first. */
  begin({ step, epoch }: { readonly step: number; readonly epoch: number }): void {
    this.finish();
    const { store, data } = this.#options;
    const { preprocessing } = data;
    if (this.#length === 0 || preprocessing?.kind !== "text") return;
    const { kernel, config } = store;
    this.#writer ??= new TextWriter(new Predictor(kernel, config), preprocessing);
    const style = { temperature, topK: null, seeds: [config.seed, step] };
    const tokens = this.#writer.write(store.parameters.slice(), "", style);
    this.#draft = { step, epoch, tokens, text: "", length: 0 };
    this.#rest(0);
  }

  /** Leaves a sample unfinished, because its run ends here. */
  drop(): void {
    this.#draft = undefined;
    this.#cancel();
  }

  /** Writes the rest of a sample at once. */
  finish(): void {
    while (this.#draft !== undefined) this.#writeToken(this.#draft);
  }

  #rest(delayMs: number): void {
    const { after, now } = this.#options;
    this.#cancel = after(delayMs, () => {
      if (this.#draft === undefined) return;
      const startMs = now();
      this.#writeToken(this.#draft);
      if (this.#draft !== undefined) this.#rest(restPerWork * (now() - startMs));
    });
  }

  #writeToken(draft: Draft): void {
    draft.text += draft.tokens.next().value;
    draft.length += 1;
    if (draft.length < this.#length) return;
    this.#draft = undefined;
    this.#cancel();
    const { step, epoch, text } = draft;
    this.#options.report({ event: "sample", step, epoch, temperature, text });
  }
}

/** How many tokens a model writes: fewer if each takes long, and none if it takes very long. */
function sampleLength(model: ModelConfig): number {
  const perToken = layoutOf(model).layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  const length = Math.min(lengthMax, Math.floor(multiplyAddsMax / perToken));
  return length < lengthMin ? 0 : length;
}
