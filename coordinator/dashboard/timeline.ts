/**
 * @file Where the time of the last steps goes, a row a worker: on the network, computing, waiting for the others. What
 * travels is drawn half before and half after the computing, for both ways carry the same bytes.
 */
import type { TimelineView } from "../view.ts";
import { say } from "./language.ts";
import { colorOf, element, setText } from "./page.ts";

/** More rows than one can look at. */
const rowsMax = 24;
const rowHeight = 18;
const nameWidth = 110;
const gap = 6;
/** Weight of the newest snapshot in the shares of time that are told in words. */
const newestWeight = 0.2;

type Step = TimelineView["steps"][number];

export class Timeline {
  readonly #canvas = element("timeline", HTMLCanvasElement);
  #shares = { compute: 0, transfer: 0, wait: 0 };
  #isEmpty = true;

  show({ steps }: TimelineView): void {
    if (steps.length === 0) return;
    const names = [...new Set(steps.flatMap(({ shares }) => shares.map(({ worker }) => worker)))];
    const rows = names.toSorted((a, b) => a.localeCompare(b)).slice(0, rowsMax);
    this.#draw(steps, rows);
    this.#tell(steps);
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
    let left = nameWidth;
    for (const step of steps) {
      const wide = Math.max(step.endMs - step.startMs, 0.05) * perMs;
      this.#drawStep(context, step, { rows, left, perMs, wide });
      left += wide + gap;
    }
  }

  #drawStep(
    context: CanvasRenderingContext2D,
    step: Step,
    place: { readonly rows: readonly string[]; left: number; perMs: number; wide: number },
  ): void {
    const { rows, left, perMs, wide } = place;
    for (const [i, name] of rows.entries()) {
      const top = i * rowHeight + 3;
      const tall = rowHeight - 6;
      context.fillStyle = colorOf("--well");
      context.fillRect(left, top, wide, tall);
      const share = step.shares.find(({ worker }) => worker === name);
      if (share === undefined) continue;
      const { startMs, endMs, computeMs, isLate } = share;
      const from = left + (startMs - step.startMs) * perMs;
      const travel = ((endMs - startMs - computeMs) / 2) * perMs;
      context.fillStyle = colorOf("--series-2");
      context.fillRect(from, top, (endMs - startMs) * perMs, tall);
      context.fillStyle = colorOf("--series-1");
      context.fillRect(from + travel, top, computeMs * perMs, tall);
      if (!isLate) continue;
      context.strokeStyle = colorOf("--bad");
      context.lineWidth = 2;
      context.strokeRect(from + 1, top + 1, Math.max(2, (endMs - startMs) * perMs - 2), tall - 2);
    }
  }

  /** The same in words, smoothed so that they can be read. */
  #tell(steps: readonly Step[]): void {
    const newest = sharesOf(steps);
    const weight = this.#isEmpty ? 1 : newestWeight;
    this.#isEmpty = false;
    const mix = (old: number, value: number) => old + weight * (value - old);
    this.#shares = {
      compute: mix(this.#shares.compute, newest.compute),
      transfer: mix(this.#shares.transfer, newest.transfer),
      wait: mix(this.#shares.wait, newest.wait),
    };
    const { compute, transfer, wait } = this.#shares;
    this.#canvas.setAttribute(
      "aria-label",
      say("timelineLabel", {
        compute: percent(compute),
        transfer: percent(transfer),
        wait: percent(wait),
      }),
    );
    const largest = Math.max(compute, transfer, wait);
    const limit =
      largest === compute ? "limitCompute" : largest === transfer ? "limitTransfer" : "limitWait";
    setText(
      element("limit"),
      `${say(limit)} (${percent(compute)} / ${percent(transfer)} / ${percent(wait)} %)`,
    );
  }
}

function percent(fraction: number): number {
  return Math.round(100 * fraction);
}

/** Fractions of the workers' time. */
function sharesOf(steps: readonly Step[]) {
  let [compute, transfer, all] = [0, 0, 0];
  for (const { startMs, endMs, shares } of steps) {
    for (const share of shares) {
      compute += share.computeMs;
      transfer += share.endMs - share.startMs - share.computeMs;
      all += endMs - startMs;
    }
  }
  if (all === 0) return { compute: 0, transfer: 0, wait: 1 };
  return { compute: compute / all, transfer: transfer / all, wait: 1 - (compute + transfer) / all };
}

function shortened(context: CanvasRenderingContext2D, name: string): string {
  let text = name;
  while (text.length > 4 && context.measureText(text).width > nameWidth - 8) {
    text = `${text.slice(0, -2)}…`;
  }
  return text;
}
