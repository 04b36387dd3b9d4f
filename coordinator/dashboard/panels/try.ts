/**
 * @file The card in which a reader tries the network: draws a picture or opens one, or fills in a row of the table, and
 * sees the answer with the current parameters.
 */
import { pictureShapeOf } from "../../../shared/data/picture.ts";
import { AnswerView, namedText } from "../charts/answer-view.ts";
import { Pad } from "../inputs/pad.ts";
import { RowForm } from "../inputs/row-form.ts";
import type { Model, ModelSource } from "../model/model-source.ts";
import { element, setText, watchVisible } from "../page.ts";
import { say } from "../texts/language.ts";
import type { SampleLook } from "./mistakes.ts";

export class TryPanel {
  readonly #source: ModelSource;
  readonly #view = new AnswerView();
  readonly #pad = new Pad(() => this.#answer());
  readonly #form = new RowForm(() => this.#edit());
  #isPicture = true;
  /** The run whose table the form has; 0 for none. */
  #formRun = 0;
  /** The row of the data that the form began with. */
  #row = 0;
  #isFetching = false;

  constructor(source: ModelSource) {
    this.#source = source;
    element("next-row").addEventListener("click", () => void this.#fillNext());
    source.listen(watchVisible(element("try-card")), (model) => this.#look(model));
    this.#answer();
  }

  /** Another run began. The card is only there for data that a reader can make. */
  begin({ featureShape, record }: SampleLook): void {
    const picture = record === "table" ? undefined : pictureShapeOf(featureShape);
    this.#isPicture = picture !== undefined;
    this.#formRun = 0;
    element("try-card").hidden = picture === undefined && record !== "table";
    element("try-picture").hidden = picture === undefined;
    element("try-row").hidden = record !== "table";
    setText(element("try-how"), say(picture === undefined ? "rowHow" : "drawHow"));
    if (picture === undefined) return;
    const { width, height } = picture;
    setText(element("picture-how"), say("pictureHow", { width, height }));
    this.#pad.begin(featureShape);
  }

  #look(model: Model): void {
    const { preprocessing } = model.dataset;
    if (!this.#isPicture && preprocessing?.kind === "table" && this.#formRun !== model.run) {
      this.#formRun = model.run;
      this.#row = -1;
      this.#form.begin(preprocessing);
      void this.#fillNext();
    }
    this.#answer();
  }

  /** Fills the form with the next row that the network is not trained on. */
  async #fillNext(): Promise<void> {
    const { model } = this.#source;
    if (model === undefined || this.#isFetching) return;
    const { dataset } = model;
    this.#isFetching = true;
    try {
      const split = dataset.watched;
      const row = (this.#row + 1) % dataset.count(split);
      const [features, targets] = await Promise.all([
        dataset.features(split, row, 1),
        dataset.targets(split, row, 1),
      ]);
      this.#row = row;
      this.#form.fill(features);
      const truth = namedText(dataset.target, [...targets], columnOf(model));
      setText(element("row-truth"), say("rowTruth", { truth, row: row + 1, split: say(split) }));
      this.#answer();
    } catch {
      // The coordinator is away. The link says so.
      this.#formRun = 0;
    } finally {
      this.#isFetching = false;
    }
  }

  /** The reader's own row has no true answer. */
  #edit(): void {
    setText(element("row-truth"), "");
    this.#answer();
  }

  #answer(): void {
    const { model } = this.#source;
    if (model !== undefined && model.predictor === undefined) {
      return this.#view.showNone(say("noPredictor"));
    }
    const typed = this.#isPicture ? undefined : this.#form.typed;
    if (typed !== undefined && "problem" in typed) return this.#view.showNone(typed.problem);
    const sample = this.#isPicture ? this.#pad.sample : typed?.features;
    if (model?.predictor === undefined || sample === undefined) {
      return this.#view.showNone(this.#isPicture ? say("answerNone") : "");
    }
    const outputs = model.predictor.outputs(model.parameters, sample);
    this.#view.show(outputs, model.dataset.target, columnOf(model));
  }
}

/** What a table calls its classes. */
function columnOf({ dataset: { preprocessing } }: Model): string | undefined {
  return preprocessing?.kind === "table" ? preprocessing.targets[0] : undefined;
}
