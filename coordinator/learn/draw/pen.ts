/**
 * @file What sections draw with: lines, marks and words at places in the units of the picture's axes. It knows the
 * page's colours by name, so a section looks right in either theme. No DOM: the page passes the context.
 */
import type { Point } from "../state/bet.ts";
import { type Axes, type Axis, type Frame, type Margins, ticksOf } from "./axes.ts";
import type { Ink, Theme } from "./inks.ts";
import { besideWords, type Box, clearPlace, type Span } from "./labels.ts";
import { type MarkerShape, traceMarker } from "./markers.ts";

/** What `Pen` needs of a canvas's context. */
export type Context = CanvasCompositing &
  CanvasDrawImage &
  CanvasDrawPath &
  CanvasFillStrokeStyles &
  CanvasImageData &
  CanvasPath &
  CanvasPathDrawingStyles &
  CanvasRect &
  CanvasState &
  CanvasText &
  CanvasTextDrawingStyles;

export interface LineStyle {
  readonly ink: Ink;
  readonly width?: number;
  /** Pixels on and off; colour alone says nothing. */
  readonly dash?: readonly number[];
  /** 0 is invisible. */
  readonly alpha?: number;
}

export interface MarkStyle {
  readonly ink: Ink;
  /** Radius in pixels. */
  readonly radius?: number;
  readonly shape?: MarkerShape;
  /** Only its outline. */
  readonly isHollow?: boolean;
  readonly alpha?: number;
}

export interface WordStyle {
  readonly ink?: Ink;
  readonly align?: "left" | "center" | "right";
  /** Pixels from the place: right and down. */
  readonly shift?: readonly [right: number, down: number];
  readonly isBold?: boolean;
  readonly isSmall?: boolean;
  /** It moves up or down, or to the other side, where it would cover words that are there already. */
  readonly keepsClear?: boolean;
}

function isBare({ ticks, label }: Axis): boolean {
  return ticks?.length === 0 && label === undefined;
}

/** A small canvas that nobody sees, for pictures that are drawn larger than they are. */
export interface Sheet {
  readonly context: Context;
  readonly image: CanvasImageSource;
  /** Empties it, with another size in pixels. */
  readonly resize: (width: number, height: number) => void;
}

export interface PenSettings {
  readonly theme: Theme;
  /** A tick's text in the reader's language. */
  readonly number: (value: number) => string;
  readonly sheet: Sheet;
  /** Of all type and lines; 1 by default. */
  readonly scale?: number;
}

const margins: Margins = { left: 52, right: 16, top: 34, bottom: 42 };

/** Space for the axes' numbers and labels, where there are any. */
export function marginsOf({ x, y }: Axes, scale = 1): Margins {
  return {
    left: scale * (isBare(y) ? margins.right : margins.left),
    right: scale * margins.right,
    top: scale * margins.top,
    bottom: scale * (isBare(x) ? margins.right : margins.bottom),
  };
}

/** Pixels of paper around words. */
const outline = 2;
/** Words that move further than so many lines would not be seen to belong to their mark. */
const reachLines = 3;
/** Pixels between two numbers of an axis, at least. */
const tickGap = 6;

export class Pen {
  readonly frame: Frame;
  readonly context: Context;
  readonly #theme: Theme;
  readonly #number: (value: number) => string;
  readonly #sheet: Sheet;
  /** Where there are words already. */
  readonly #written: Box[] = [];
  /** Of all type and lines: more than 1 for a projector. */
  readonly scale: number;

  constructor(context: Context, frame: Frame, { theme, number, sheet, scale = 1 }: PenSettings) {
    this.context = context;
    this.frame = frame;
    this.#theme = theme;
    this.#number = number;
    this.#sheet = sheet;
    this.scale = scale;
  }

  color(ink: Ink): string {
    return this.#theme[ink];
  }

  /** The rectangle, its ticks, and the labels of the axes. */
  drawAxes(): void {
    const { frame, context, scale } = this;
    const { axes, left, top, width, height } = frame;
    this.#stroke({ ink: "line", width: 1 });
    for (const tick of ticksOf(axes.y)) {
      const y = Math.round(frame.y(tick)) + 0.5;
      context.beginPath();
      context.moveTo(left, y);
      context.lineTo(left + width, y);
      context.stroke();
    }
    for (const tick of ticksOf(axes.y)) {
      const style = { ink: "soft", align: "right" } as const;
      this.#text(this.#number(tick), left - 8 * scale, frame.y(tick) + 4 * scale, style);
    }
    // A number that would touch the one before it is left out.
    let end = -Infinity;
    for (const tick of ticksOf(axes.x)) {
      const place = frame.x(tick);
      const half = this.#widthOf(this.#number(tick)) / 2;
      if (place - half < end + tickGap * scale) continue;
      const style = { ink: "soft", align: "center" } as const;
      this.#text(this.#number(tick), place, top + height + 16 * scale, style);
      end = place + half;
    }
    this.#stroke({ ink: "edge", width: 1 });
    context.beginPath();
    context.moveTo(left, Math.round(top + height) + 0.5);
    context.lineTo(left + width, Math.round(top + height) + 0.5);
    context.stroke();
    this.#label(axes.x, left + width, top + height + 34 * scale, "right");
    this.#label(axes.y, left - 44 * scale, top - 16 * scale, "left");
  }

  /** Draws something of which only what is between the axes is shown. */
  inside(draw: () => void): void {
    const { context, frame } = this;
    context.save();
    context.beginPath();
    context.rect(frame.left, frame.top, frame.width, frame.height);
    context.clip();
    draw();
    context.restore();
  }

  /** A line through places. It is interrupted where one is not finite. */
  line(points: Iterable<Point>, style: LineStyle): void {
    this.#stroke(style);
    const { context, frame } = this;
    context.beginPath();
    let isDown = false;
    for (const { x, y } of points) {
      const [left, top] = [frame.x(x), frame.y(y)];
      const isPlace = Number.isFinite(left) && Number.isFinite(top);
      // Far outside the picture, canvases draw nothing, or hang.
      if (isPlace && isDown) context.lineTo(near(left), near(top));
      else if (isPlace) context.moveTo(near(left), near(top));
      isDown = isPlace;
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  /** The curve of a function over the whole picture. */
  curve(of: (x: number) => number, style: LineStyle, count = 240): void {
    const { from, to, scale } = this.frame.axes.x;
    const at = (i: number) =>
      scale === "log" ? from * (to / from) ** (i / count) : from + ((to - from) * i) / count;
    this.line(
      Array.from({ length: count + 1 }, (_, i) => ({ x: at(i), y: of(at(i)) })),
      style,
    );
  }

  /** A vertical line over the whole height. */
  vertical(x: number, style: LineStyle): void {
    const { from, to } = this.frame.axes.y;
    this.line(
      [
        { x, y: from },
        { x, y: to },
      ],
      style,
    );
  }

  /** A horizontal line over the whole width. */
  horizontal(y: number, style: LineStyle): void {
    const { from, to } = this.frame.axes.x;
    this.line(
      [
        { x: from, y },
        { x: to, y },
      ],
      style,
    );
  }

  /** A line across the picture at a place of one axis. It strikes out no words that are there already. */
  guide(on: "x" | "y", value: number, style: LineStyle): void {
    const { left, top, width, height } = this.frame;
    const [from, length] = on === "x" ? [top, height] : [left, width];
    const at = on === "x" ? this.frame.x(value) : this.frame.y(value);
    const words = this.#written.map((box) => {
      const [right, down]: [Span, Span] = [
        [box.left, box.left + box.width],
        [box.top, box.top + box.height],
      ];
      return on === "x" ? { along: down, across: right } : { along: right, across: down };
    });
    for (const part of besideWords({ from, to: from + length, at }, words)) {
      this.line(
        part.map((along) => (on === "x" ? this.frame.at(at, along) : this.frame.at(along, at))),
        style,
      );
    }
  }

  /** An arrow from one place to another; none where it would be shorter than its head. */
  arrow(from: Point, to: Point, style: LineStyle): void {
    this.line([from, to], style);
    const { context, frame } = this;
    const [left, top] = [frame.x(to.x), frame.y(to.y)];
    const angle = Math.atan2(top - frame.y(from.y), left - frame.x(from.x));
    const length = Math.hypot(top - frame.y(from.y), left - frame.x(from.x));
    const head = Math.min(11 * this.scale, length);
    if (head < 2) return;
    context.beginPath();
    context.moveTo(left, top);
    for (const turn of [2.7, -2.7]) {
      context.lineTo(left + head * Math.cos(angle + turn), top + head * Math.sin(angle + turn));
    }
    context.closePath();
    this.#fill(style);
    context.fill();
    context.globalAlpha = 1;
  }

  /** A mark at a place. */
  mark({ x, y }: Point, style: MarkStyle): void {
    const { context, frame } = this;
    const radius = (style.radius ?? 5) * this.scale;
    context.beginPath();
    traceMarker(context, style.shape ?? "circle", frame.x(x), frame.y(y), radius);
    if (style.isHollow === true) {
      this.#stroke({ ...style, width: 2 });
      context.stroke();
    } else {
      this.#fill(style);
      context.fill();
      // A thin edge in the colour of the paper keeps marks apart that lie on each other.
      this.#stroke({ ink: "card", width: 1.5 });
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** A filled rectangle between two corners. */
  box(one: Point, other: Point, { ink, alpha }: Pick<LineStyle, "ink" | "alpha">): void {
    const { context, frame } = this;
    const [x0, x1] = [frame.x(one.x), frame.x(other.x)];
    const [y0, y1] = [frame.y(one.y), frame.y(other.y)];
    this.#fill({ ink, ...(alpha === undefined ? {} : { alpha }) });
    context.fillRect(Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
    context.globalAlpha = 1;
  }

  /**
   * Fills the picture with shades of one colour, which change smoothly from one place of a grid to the next.
   *
   * @param alphaAt - In [0, 1], at a column and at a row from the top.
   */
  shade(
    ink: Ink,
    columns: number,
    rows: number,
    alphaAt: (column: number, row: number) => number,
  ): void {
    const { context, image, resize } = this.#sheet;
    resize(columns, rows);
    const pixels = context.createImageData(columns, rows);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        pixels.data[4 * (row * columns + column) + 3] = 255 * alphaAt(column, row);
      }
    }
    context.putImageData(pixels, 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = this.#theme[ink];
    context.fillRect(0, 0, columns, rows);
    const { left, top, width, height } = this.frame;
    // The outer places are on the edges of the picture: half of their pixels are outside.
    this.context.drawImage(image, 0.5, 0.5, columns - 1, rows - 1, left, top, width, height);
  }

  /** Words at a place. They keep inside the picture. */
  words(text: string, { x, y }: Point, style: WordStyle = {}): void {
    const [right, down] = style.shift ?? [0, 0];
    const [left, top] = [this.frame.x(x), this.frame.y(y)];
    this.#text(text, left + right * this.scale, top + down * this.scale, style, left);
  }

  #label({ label }: Axis, left: number, top: number, align: "left" | "right"): void {
    if (label !== undefined) this.#text(label, left, top, { ink: "soft", align });
  }

  /** @param mark - How far from the left is what the words name: they may be on its other side. */
  #text(text: string, left: number, top: number, style: WordStyle, mark = left): void {
    const { context } = this;
    const width = this.#widthOf(text, style);
    context.textBaseline = "alphabetic";
    const before = { left: 0, center: width / 2, right: width }[style.align ?? "left"];
    const most = Math.max(2, this.frame.size.width - width - 2);
    const inside = (start: number) => Math.min(Math.max(start, 2), most);
    const start = inside(left - before);
    const size = this.#sizeOf(style);
    const box = {
      left: start - outline,
      top: top - size,
      width: width + 2 * outline,
      height: 1.25 * size + outline,
    };
    const mirrored = { ...box, left: inside(2 * mark - start - width) - outline };
    const limits = { height: this.frame.size.height, reach: reachLines * box.height };
    const isKept = style.keepsClear === true;
    const free = isKept ? clearPlace([box, mirrored], this.#written, limits) : box;
    this.#written.push(free);
    const [x, y] = [free.left + outline, free.top + size];
    context.textAlign = "left";
    // An outline in the colour of the paper keeps words readable on lines.
    context.lineJoin = "round";
    context.setLineDash([]);
    context.lineWidth = 2 * outline;
    context.strokeStyle = this.#theme.card;
    context.strokeText(text, x, y);
    context.fillStyle = this.#theme[style.ink ?? "ink"];
    context.fillText(text, x, y);
  }

  #sizeOf({ isSmall = false }: WordStyle): number {
    return (isSmall ? 12 : 13) * this.scale;
  }

  /** In pixels. Sets the font. */
  #widthOf(text: string, style: WordStyle = {}): number {
    const size = this.#sizeOf(style);
    this.context.font = `${style.isBold === true ? "650 " : ""}${size}px system-ui, sans-serif`;
    return this.context.measureText(text).width;
  }

  #stroke({ ink, width = 2, dash = [], alpha = 1 }: LineStyle): void {
    const { context } = this;
    context.strokeStyle = this.#theme[ink];
    context.lineWidth = width * this.scale;
    context.lineJoin = "round";
    context.lineCap = dash.length === 0 ? "round" : "butt";
    context.setLineDash(dash.map((each) => each * this.scale));
    context.globalAlpha = alpha;
  }

  #fill({ ink, alpha = 1 }: Pick<LineStyle, "ink" | "alpha">): void {
    this.context.fillStyle = this.#theme[ink];
    this.context.globalAlpha = alpha;
  }
}

/** A coordinate that canvases can take. */
function near(value: number): number {
  return Math.min(Math.max(value, -1e4), 1e4);
}
