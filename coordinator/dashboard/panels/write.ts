/**
 * @file The card in which a network on texts writes: after each evaluation, and whenever the reader changes how it begins
 * or how bold it is. The page computes it token by token, with the bits of every other machine.
 */
import type { TextPreprocessing } from "../../../shared/data/text/preprocess.ts";
import { TextWriter } from "../../../shared/engine/text-writer.ts";
import { figures } from "../charts/format.ts";
import type { Model, ModelSource } from "../model/model-source.ts";
import { element, setText, watchVisible } from "../page.ts";
import { say } from "../texts/language.ts";
import type { SampleLook } from "./mistakes.ts";

/** Tokens that are a few lines. */
const lengthMax = 400;
/** At each turn the page may compute for so long, and then rests as long, so that it stays responsive. */
const turnMs = 12;

export class WritePanel {
  readonly #source: ModelSource;
  readonly #prompt = element("prompt", HTMLTextAreaElement);
  readonly #temperature = element("temperature", HTMLInputElement);
  /** The step whose evaluation the text follows; −1: none yet. */
  #evaluated = -1;
  /** How often the reader wanted another text of the same step. */
  #again = 0;
  /** What was asked for and not begun yet. */
  #isDue = true;
  /** Ends the text that is being written. */
  #stop = () => {};

  constructor(source: ModelSource) {
    this.#source = source;
    this.#prompt.addEventListener("input", () => this.#ask());
    this.#temperature.addEventListener("input", () => {
      this.#showTemperature();
      this.#ask();
    });
    element("write-again").addEventListener("click", () => {
      this.#again += 1;
      this.#ask();
    });
    this.#showTemperature();
    source.listen(watchVisible(element("write-card")), (model) => this.#look(model));
  }

  /** Another run began. The card is only there for a text. */
  begin({ record }: SampleLook): void {
    element("write-card").hidden = record !== "text";
    this.#stop();
    this.#evaluated = -1;
    this.#isDue = true;
    element("written").replaceChildren();
    setText(element("written-step"), "");
  }

  /** @param step - That of the last evaluation. */
  evaluated(step: number): void {
    if (step === this.#evaluated) return;
    this.#evaluated = step;
    this.#again = 0;
    this.#isDue = true;
  }

  /** At once, if the parameters are there. */
  #ask(): void {
    this.#isDue = true;
    if (this.#source.model !== undefined) this.#look(this.#source.model);
  }

  #look(model: Model): void {
    const { preprocessing } = model.dataset;
    if (!this.#isDue || preprocessing?.kind !== "text") return;
    if (model.predictor === undefined) {
      return setText(element("written-step"), say("noPredictor"));
    }
    this.#isDue = false;
    this.#begin(model, new TextWriter(model.predictor, preprocessing), preprocessing);
  }

  #begin({ config, step, parameters }: Model, writer: TextWriter, text: TextPreprocessing): void {
    this.#stop();
    const prompt = this.#prompt.value;
    const seeds = [config.seed, step, ...(this.#again === 0 ? [] : [this.#again])];
    const temperature = this.#temperature.valueAsNumber;
    const tokens = writer.write(parameters, prompt, { temperature, topK: null, seeds });
    const begun = document.createElement("b");
    begun.textContent = prompt;
    const written = new Text("");
    element("written").replaceChildren(begun, written);
    setText(element("written-step"), say("writtenAt", { step: figures.whole(step) }));
    let left = Math.max(lengthMax, text.context);
    const turn = (): void => {
      const startMs = performance.now();
      let added = "";
      do {
        added += tokens.next().value;
        left -= 1;
      } while (left > 0 && performance.now() - startMs < turnMs);
      written.data += added;
      if (left > 0) timer = setTimeout(turn, performance.now() - startMs);
    };
    let timer = setTimeout(turn);
    this.#stop = () => clearTimeout(timer);
  }

  #showTemperature(): void {
    const value = this.#temperature.valueAsNumber.toFixed(2);
    setText(element("temperature-value"), say("temperatureIs", { value }));
  }
}
