/**
 * @file How the time of the last steps is spent, one row per worker: downloading the parameters, computing,
 * uploading the gradients, waiting for the others.
 */
import type { TimelineView, WorkerView } from "../../run/view.ts";
import { colorOf, element, setText, watchVisible } from "../page.ts";
import { say } from "../texts/language.ts";
import { limitOf, mixed, type Parts, partsOf, rowsOf, type Step } from "./time-parts.ts";

/** Space reserved for two rows, because most runs have as many. */
const rowsMin = 2;
const rowHeight = 18;
const nameWidth = 110;
const gap = 6;
/** Weight of the newest snapshot in the fractions that are shown in words. */
const newestWeight = 0.2;

/** The position and scale at which one step is drawn. */
interface StepFrame {
  readonly rows: readonly string[];
  readonly left: number;
  readonly perMs: number;
  readonly wide: number;
  readonly colors: {
    readonly ground: string;
    readonly late: string;
    readonly parts: readonly string[];
  };
}

export class Timeline {
  readonly #canvas = element("timeline", HTMLCanvasElement);
  readonly #isVisible = watchVisible(this.#canvas, () => this.#drawAgain());
  #rows: readonly string[] = [];
  #steps: readonly Step[] = [];
  #parts: Parts | undefined;

  /** @param times - `null` before the first run. */
  show(workers: readonly WorkerView[], times: TimelineView | null): void {
    this.#rows = rowsOf(workers);
    // Set the height even while invisible, so that everything below has its final position.
    this.#canvas.style.height = `${this.#height}px`;
    const { steps } = times ?? { steps: [] };
    if (steps.length === 0) return;
    this.#steps = steps;
    if (this.#isVisible()) this.#drawAgain();
    this.#tell(partsOf(steps, workers));
  }

  get #height(): number {
    return Math.max(rowsMin, this.#rows.length) * rowHeight;
  }

  #drawAgain(): void {
    if (this.#steps.length > 0) this.#draw(this.#steps, this.#rows);
  }

  #draw(steps: readonly Step[], rows: readonly string[]): void {
    const canvas = this.#canvas;
    const scale = devicePixelRatio;
    const height = this.#height;
    const width = canvas.clientWidth;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const context = canvas.getContext("2d");
    if (context === null) return;
    context.scale(scale, scale);
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.fillStyle = colorOf("--ink");
    for (const [i, name] of rows.entries()) {
      context.fillText(shortened(context, name), 0, (i + 0.5) * rowHeight, nameWidth - 8);
    }
    const total = steps.reduce(
      (sum, { startMs, endMs }) => sum + Math.max(endMs - startMs, 0.05),
      0,
    );
    const perMs = (width - nameWidth - gap * steps.length) / total;
    // Reading a colour forces the browser to update its styles, so read all of them first.
    const colors = {
      ground: colorOf("--well"),
      late: colorOf("--bad"),
      parts: [colorOf("--series-3"), colorOf("--series-1"), colorOf("--series-2")],
    };
    let left = nameWidth;
    for (const step of steps) {
      const wide = Math.max(step.endMs - step.startMs, 0.05) * perMs;
      this.#drawStep(context, step, { rows, left, perMs, wide, colors });
      left += wide + gap;
    }
  }

  #drawStep(
    context: CanvasRenderingContext2D,
    step: Step,
    { rows, left, perMs, wide, colors }: StepFrame,
  ): void {
    for (const [i, name] of rows.entries()) {
      const top = i * rowHeight + 3;
      const tall = rowHeight - 6;
      context.fillStyle = colors.ground;
      context.fillRect(left, top, wide, tall);
      const share = step.shares.find(({ worker }) => worker === name);
      if (share === undefined) continue;
      const { startMs, endMs, downloadMs, computeMs, uploadMs, isLate } = share;
      const from = left + (startMs - step.startMs) * perMs;
      let at = from;
      for (const [part, ms] of [downloadMs, computeMs, uploadMs].entries()) {
        context.fillStyle = colors.parts[part] ?? "";
        context.fillRect(at, top, ms * perMs, tall);
        at += ms * perMs;
      }
      if (!isLate) continue;
      context.strokeStyle = colors.late;
      context.lineWidth = 2;
      context.strokeRect(from + 1, top + 1, Math.max(2, (endMs - startMs) * perMs - 2), tall - 2);
    }
  }

  /** The same in words, smoothed so that they are readable. */
  #tell(newest: Parts): void {
    const parts = mixed(this.#parts ?? newest, newest, newestWeight);
    this.#parts = parts;
    const percents = {
      download: percent(parts.download),
      compute: percent(parts.compute),
      upload: percent(parts.upload),
      wait: percent(parts.wait + parts.idle),
    };
    this.#canvas.setAttribute("aria-label", say("timelineLabel", percents));
    setText(element("limit"), `${say(limitOf(parts))} ${say("timeParts", percents)}`);
  }
}

function percent(fraction: number): number {
  return Math.round(100 * fraction);
}

function shortened(context: CanvasRenderingContext2D, name: string): string {
  let text = name;
  while (text.length > 4 && context.measureText(text).width > nameWidth - 8) {
    text = `${text.slice(0, -2)}…`;
  }
  return text;
}
