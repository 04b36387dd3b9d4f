/** @file The two axes of a picture: from the units of its numbers to pixels and back. Pure. */
import type { Point } from "../state/bet.ts";

export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly scale?: "log";
  /** In the reader's language. */
  readonly label?: string;
  /** Where it is marked; by default a few round numbers. Empty: nowhere. */
  readonly ticks?: readonly number[];
}

export interface Axes {
  readonly x: Axis;
  readonly y: Axis;
  /** A unit is as long on either axis, as on a map. The picture is centred. */
  readonly isMap?: boolean;
}

/** Pixels of the style sheet. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Maps a picture's units to pixels, from the top left. */
export class Frame {
  readonly axes: Axes;
  readonly size: Size;
  /** The rectangle between the axes, in pixels. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;

  constructor(axes: Axes, size: Size, margins: Margins) {
    this.axes = axes;
    this.size = size;
    let width = Math.max(1, size.width - margins.left - margins.right);
    let height = Math.max(1, size.height - margins.top - margins.bottom);
    let [left, top] = [margins.left, margins.top];
    if (axes.isMap === true) {
      const ratio = (axes.x.to - axes.x.from) / (axes.y.to - axes.y.from);
      const fitting = Math.min(width, height * ratio);
      left += (width - fitting) / 2;
      top += (height - fitting / ratio) / 2;
      [width, height] = [fitting, fitting / ratio];
    }
    this.left = left;
    this.top = top;
    this.width = width;
    this.height = height;
  }

  x(value: number): number {
    return this.left + shareOf(this.axes.x, value) * this.width;
  }

  y(value: number): number {
    return this.top + (1 - shareOf(this.axes.y, value)) * this.height;
  }

  /** The place under a pixel, kept within the axes. */
  at(left: number, top: number): Point {
    return {
      x: valueAt(this.axes.x, clamp((left - this.left) / this.width)),
      y: valueAt(this.axes.y, 1 - clamp((top - this.top) / this.height)),
    };
  }
}

/** Where a value is between the ends of an axis: 0 at `from`, 1 at `to`. */
function shareOf({ from, to, scale }: Axis, value: number): number {
  if (scale === "log") return Math.log(value / from) / Math.log(to / from);
  return (value - from) / (to - from);
}

/** The value at a share of an axis: the inverse of `shareOf`. */
export function valueAt({ from, to, scale }: Axis, share: number): number {
  return scale === "log" ? from * (to / from) ** share : from + (to - from) * share;
}

/** Round numbers on an axis: about `count` of them, or one for each power of ten. */
export function ticksOf({ from, to, scale, ticks }: Axis, count = 5): readonly number[] {
  if (ticks !== undefined) return ticks;
  if (scale === "log") return powersOfTen(from, to, count);
  const rough = (to - from) / count;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * unit).find((each) => each >= rough) ?? unit;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

function powersOfTen(from: number, to: number, count: number): number[] {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first) / count));
  const powers: number[] = [];
  for (let power = first; power <= last; power += every) powers.push(Number(`1e${power}`));
  return powers;
}

function clamp(share: number): number {
  return Math.min(Math.max(share, 0), 1);
}
