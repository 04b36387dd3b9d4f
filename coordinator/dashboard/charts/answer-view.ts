/** @file The network's answer to one sample: a sentence and, for classes and flags, a bar for each. */
import type { Target } from "../../../shared/data/dataset.ts";
import { classIn, nameIn, sharesOf } from "../model/answer.ts";
import { create, element, setText } from "../page.ts";
import { say } from "../texts/language.ts";
import { figures } from "./format.ts";
import { targetsText } from "./targets-text.ts";

/** More outputs than this would fill the page: only the largest have a bar. */
const barsMax = 12;

interface Bar {
  readonly row: HTMLElement;
  readonly name: HTMLElement;
  readonly value: HTMLElement;
  readonly figure: HTMLElement;
}

interface Share {
  readonly text: string;
  readonly output: number;
  readonly isBest: boolean;
}

export class AnswerView {
  readonly #answer = element("answer");
  readonly #bars: Bar[] = [];

  /** Says why there is no answer. */
  showNone(reason: string): void {
    setText(this.#answer, reason);
    for (const bar of this.#bars) showBar(bar, undefined);
  }

  /**
   * @param outputs - Shape `[outputCount]`.
   * @param column - What a table calls the class; `undefined` for a picture, which is read.
   */
  show(outputs: Float32Array, target: Target, column: string | undefined): void {
    if (target.kind === "values") {
      const numbers = [...outputs.subarray(0, barsMax)];
      const answer = targetsText(target, numbers) + (outputs.length > barsMax ? " …" : "");
      setText(this.#answer, say("predictedAnswer", { answer }));
      return this.#showShares([]);
    }
    const flags = [...outputs].map((output) => Number(output > 0.5));
    const best = target.kind === "classes" ? [classIn(outputs)] : flags;
    const isRead = target.kind === "classes" && column === undefined;
    setText(
      this.#answer,
      isRead
        ? say("answerIs", { class: targetsText(target, best) })
        : say("predictedAnswer", { answer: namedText(target, best, column) }),
    );
    const shares = target.kind === "classes" ? sharesOf(outputs) : [...outputs];
    const all = shares.map((output, index) => ({
      text: nameIn(target, index),
      output,
      isBest: target.kind === "classes" ? index === best[0] : flags[index] === 1,
    }));
    this.#showShares(
      all.length <= barsMax ? all : all.toSorted((a, b) => b.output - a.output).slice(0, barsMax),
    );
  }

  #showShares(shown: readonly Share[]): void {
    for (const [i, share] of shown.entries()) showBar(this.#bars[i] ?? this.#addBar(), share);
    // Another run's data may have fewer classes.
    for (const { row } of this.#bars.splice(shown.length)) row.remove();
  }

  #addBar(): Bar {
    const bar = {
      row: create("li"),
      name: create("span", "name"),
      value: create("span", "value"),
      figure: create("span", "figure"),
    };
    const track = create("span", "track");
    track.append(bar.value);
    bar.row.append(bar.name, track, bar.figure);
    element("bars").append(bar.row);
    this.#bars.push(bar);
    return bar;
  }
}

/** The targets of a sample, a class with the name of its column: `species = Gentoo`. */
export function namedText(
  target: Target,
  targets: readonly number[],
  column: string | undefined,
): string {
  const text = targetsText(target, targets);
  return target.kind === "classes" && column !== undefined ? `${column} = ${text}` : text;
}

/** @param shown - An output, or `undefined` while there is no sample. */
function showBar({ row, name, value, figure }: Bar, shown: Share | undefined): void {
  const output = shown?.output ?? 0;
  if (shown !== undefined) setText(name, shown.text);
  value.style.transform = `scaleX(${Math.min(1, Math.max(0, output)).toFixed(4)})`;
  setText(figure, figures.percent(output));
  row.className = shown?.isBest === true ? "best" : "";
}
