/**
 * @file Where the time of the last steps goes, a row a worker: downloading the parameters, computing, uploading the
 * gradients, waiting for the others.
 */
import type { TimelineView } from "../view.ts";
import { say } from "./language.ts";
import { colorOf, element, setText, watchVisible } from "./page.ts";
import type { TextKey } from "./texts.ts";

/** More rows than one can look at. */
const rowsMax = 24;
const rowHeight = 18;
const nameWidth = 110;
const gap = 6;
/** Weight of the newest snapshot in the shares of time that are told in words. */
const newestWeight = 0.2;

type Step = TimelineView["steps"][number];
type Part = "download" | "compute" | "upload" | "wait";
type Parts = Readonly<Record<Part, number>>;

/** What limits a run whose workers spend most of their time so. */
const limits: Readonly<Record<Part, TextKey>> = {
  download: "limitDownload",
  compute: "limitCompute",
  upload: "limitUpload",
  wait: "limitWait",
};

/** Where and how one step is drawn. */
interface Place {
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
  #steps: readonly Step[] = [];
  #parts: Parts | undefined;

  show({ steps }: TimelineView): void {
    if (steps.length === 0) return;
    this.#steps = steps;
    if (this.#isVisible()) this.#drawAgain();
    this.#tell(steps);
  }

  #drawAgain(): void {
    const steps = this.#steps;
    if (steps.length === 0) return;
    const names = [...new Set(steps.flatMap(({ shares }) => shares.map(({ worker }) => worker)))];
    const rows = names.toSorted((a, b) => a.localeCompare(b)).slice(0, rowsMax);
    this.#draw(steps, rows);
  }

  #draw(steps: readonly Step[], rows: readonly string[]): void {
    const canvas = this.#canvas;
    const scale = devicePixelRatio;
    const height = Math.max(2, rows.length) * rowHeight;
    canvas.style.height = `${height}px`;
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
    // Asking for a colour makes the browser bring its styles up to date.
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
    { rows, left, perMs, wide, colors }: Place,
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

  /** The same in words, smoothed so that they can be read. */
  #tell(steps: readonly Step[]): void {
    const newest = partsOf(steps);
    const old = this.#parts ?? newest;
    const mix = (part: Part) => old[part] + newestWeight * (newest[part] - old[part]);
    const parts: Parts = {
      download: mix("download"),
      compute: mix("compute"),
      upload: mix("upload"),
      wait: mix("wait"),
    };
    this.#parts = parts;
    const percents = {
      download: percent(parts.download),
      compute: percent(parts.compute),
      upload: percent(parts.upload),
      wait: percent(parts.wait),
    };
    this.#canvas.setAttribute("aria-label", say("timelineLabel", percents));
    const names: readonly Part[] = ["compute", "download", "upload", "wait"];
    const largest = names.reduce((most, part) => (parts[part] > parts[most] ? part : most));
    setText(element("limit"), `${say(limits[largest])} ${say("timeParts", percents)}`);
  }
}

function percent(fraction: number): number {
  return Math.round(100 * fraction);
}

/** Fractions of the workers' time. */
function partsOf(steps: readonly Step[]): Parts {
  let [download, compute, upload, all] = [0, 0, 0, 0];
  for (const { startMs, endMs, shares } of steps) {
    for (const share of shares) {
      download += share.downloadMs;
      compute += share.computeMs;
      upload += share.uploadMs;
      all += endMs - startMs;
    }
  }
  if (all === 0) return { download: 0, compute: 0, upload: 0, wait: 1 };
  const [down, own, up] = [download / all, compute / all, upload / all];
  return { download: down, compute: own, upload: up, wait: 1 - down - own - up };
}

function shortened(context: CanvasRenderingContext2D, name: string): string {
  let text = name;
  while (text.length > 4 && context.measureText(text).width > nameWidth - 8) {
    text = `${text.slice(0, -2)}…`;
  }
  return text;
}
