/**
 * @file The samples that the network gets most wrong: as pictures, as rows of a table with what stood in the table, or,
 * if the data say nothing about themselves, as bars.
 */
import type { Target } from "../../../shared/data/dataset.ts";
import type { Preprocessing } from "../../../shared/data/preprocessing.ts";
import type { Cell } from "../../../shared/data/table/cell.ts";
import type { Answers, AnswerSource } from "../answers/answers.ts";
import { type Mistake, mistakesIn, worstOf } from "../answers/mistakes.ts";
import { rawRowOf } from "../answers/raw-row.ts";
import { figures } from "../charts/format.ts";
import { targetsText } from "../charts/targets-text.ts";
import { inUnit } from "../model/answer.ts";
import { drawSample, sizeOnCanvas } from "../model/picture.ts";
import { create, element, fillBody, fillHead, setText, watchVisible } from "../page.ts";
import { say } from "../texts/language.ts";

/** One row on a wide screen, two on a narrow one. */
const shownMax = 12;
/** More columns of a table than anybody compares. */
const columnsMax = 40;

/** Receives all mistakes. */
type Found = (mistakes: readonly Mistake[]) => void;

/** What a run's samples look like. */
export interface SampleLook {
  readonly target: Target;
  /** Shape of the features. */
  readonly featureShape: readonly number[];
  /** What the features are made from; `null` if the data do not say. */
  readonly record: Preprocessing["kind"] | null;
}

export class MistakesPanel {
  readonly #found: Found;
  readonly #list = element("mistakes");
  readonly #table = element("mistake-rows", HTMLTableElement);

  constructor(source: AnswerSource, found: Found) {
    this.#found = found;
    // Where there are too many classes for a matrix, the pairs come from here.
    const places = [watchVisible(element("mistakes-card")), watchVisible(element("confusion-how"))];
    source.listen(
      () => places.some((isVisible) => isVisible()),
      (answers) => this.#show(answers),
    );
  }

  /** Another run began. */
  begin({ target, featureShape, record }: SampleLook): void {
    // A text is full of tokens that nobody could have guessed.
    element("mistakes-card").hidden = target.kind === "tokens";
    if (target.kind === "tokens") return;
    const isTable = record === "table";
    this.#list.hidden = isTable;
    element("mistake-table").hidden = !isTable;
    this.#table.replaceChildren();
    fill(this.#list, [], featureShape);
    setText(element("mistakes-how"), say(`mistakesHow${target.kind}`));
    setText(element("mistakes-count"), "");
  }

  #show(answers: Answers | undefined): void {
    if (answers === undefined) return setText(element("mistakes-count"), say("noPredictor"));
    const { judged, model, classes, outputs } = answers;
    const { count, targets, dataset } = judged;
    const { target, preprocessing, featureShape } = dataset;
    const mistakes = mistakesIn({ count, target, targets, classes, outputs });
    const worst = worstOf(mistakes, shownMax);
    const values = {
      count: figures.whole(target.kind === "values" ? worst.length : mistakes.length),
      all: figures.whole(count),
      split: say(`${judged.split}samples`),
      step: figures.whole(model.step),
    };
    const counted = target.kind === "values" ? "mistakesFurthest" : "mistakesCount";
    setText(
      element("mistakes-count"),
      say(mistakes.length === 0 ? "mistakesNone" : counted, values),
    );
    if (preprocessing?.kind === "table") this.#showRows(worst, answers);
    else
      fill(
        this.#list,
        worst.map((mistake) => itemOf(mistake, answers)),
        featureShape,
      );
    this.#found(mistakes);
  }

  #showRows(worst: readonly Mistake[], { judged }: Answers): void {
    const { dataset, features, count } = judged;
    const { target, preprocessing } = dataset;
    if (preprocessing?.kind !== "table") return;
    this.#table.hidden = worst.length === 0;
    const columns = preprocessing.columns.slice(0, columnsMax);
    const name = target.count === 1 ? (target.names?.[0] ?? "") : preprocessing.targets.join(", ");
    const isOneNumber = target.kind === "values" && target.count === 1;
    fillHead(this.#table, [
      say("trueOf", { name }),
      say("predictedOf", { name }),
      ...(isOneNumber ? [say("difference")] : []),
      ...columns.map((column) => column.name),
    ]);
    const size = features.length / count;
    fillBody(
      this.#table,
      worst.map(({ sample, truth, answer }) => {
        const cells = rawRowOf({ columns }, features.subarray(sample * size, (sample + 1) * size));
        const difference = isOneNumber ? [differenceText(target, truth, answer)] : [];
        return [
          { text: answerText(target, truth), className: "bold" },
          { text: answerText(target, answer), className: "bold" },
          ...difference.map((text) => ({ text })),
          ...cells.map((cell) => ({ text: cellText(cell), className: "soft" })),
        ];
      }),
    );
  }
}

/** Reserves the space of missing mistakes, so that everything below stays in place. */
function fill(
  list: HTMLElement,
  items: readonly HTMLElement[],
  featureShape: readonly number[],
): void {
  const fillers = Array.from({ length: shownMax - items.length }, () => {
    const filler = create("li", "filler", say("mistake", { label: "", predicted: "" }));
    filler.prepend(blankOf(featureShape));
    filler.setAttribute("aria-hidden", "true");
    return filler;
  });
  list.replaceChildren(...items, ...fillers);
}

/** The place of a sample of this shape. */
function blankOf(featureShape: readonly number[]): HTMLCanvasElement {
  return Object.assign(create("canvas"), sizeOnCanvas(featureShape));
}

function itemOf({ sample, truth, answer }: Mistake, { judged }: Answers): HTMLElement {
  const { dataset, features, count } = judged;
  const { target, featureShape } = dataset;
  const item = create("li");
  const size = features.length / count;
  const canvas = create("canvas");
  canvas.setAttribute("aria-hidden", "true");
  drawSample(canvas, features.subarray(sample * size, (sample + 1) * size), featureShape);
  const words = { label: targetsText(target, truth), predicted: targetsText(target, answer) };
  const text = say(target.kind === "classes" ? "mistake" : "mistakeValues", words);
  item.append(canvas, create("span", "", text));
  return item;
}

/** The column's head names a single number already. */
function answerText(target: Target, targets: readonly number[]): string {
  if (target.kind !== "values" || target.count > 1) return targetsText(target, targets);
  return figures.short(inUnit(target, 0, targets[0] ?? Number.NaN));
}

function differenceText(
  target: Target,
  [truth = Number.NaN]: readonly number[],
  [answer = Number.NaN]: readonly number[],
): string {
  const difference = inUnit(target, 0, answer) - inUnit(target, 0, truth);
  return (difference > 0 ? "+" : "") + figures.short(difference);
}

function cellText(cell: Cell): string {
  if (cell === null) return "–";
  if (typeof cell === "boolean") return say(cell ? "yes" : "no");
  return typeof cell === "number" ? figures.exact(cell) : cell;
}
