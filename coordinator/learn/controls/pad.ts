/**
 * @file A control for a digit: ten buttons to pick one of the data's, and a pad to draw one's own of the same kind. What
 * is drawn is scaled and centred as the data are, and kept as 28 × 28 dots of black and white.
 */
import { sampleOf } from "../../dashboard/model/drawing.ts";
import { type Spot, Strokes } from "../../dashboard/model/strokes.ts";
import { colorOf, create, setText } from "../../dashboard/page.ts";
import { figures, say } from "../language.ts";
import { type Brush, brushAfter, brushSide, firstBrush } from "../state/brush.ts";
import { drawingOf, drawingText } from "../state/drawing.ts";
import type { DrawingField } from "../state/schema.ts";
import type { Control, ControlOptions } from "./control.ts";

/** Pixels of the pad, and of a stroke on it: as thick as the data's once the digit is scaled. */
const side = 168;
const strokeWidth = 15;
const picture = { width: 28, height: 28, channels: 1, isPlanar: false } as const;
const digits = Array.from({ length: 10 }, (_, digit) => digit);

export function createPad({ id, label, changed }: ControlOptions<DrawingField>): Control {
  const pad = new Pad((pixels) => changed(drawingText(digit, pixels)));
  const element = create("fieldset", "control choice");
  const options = create("div", "options digits");
  let digit = 0;
  const inputs = digits.map((each) => {
    const input = create("input");
    input.type = "radio";
    input.name = id;
    input.value = String(each);
    input.addEventListener("change", () => changed(drawingText(each)));
    const box = create("label");
    box.append(input, create("span", "", String(each)));
    options.append(box);
    return input;
  });
  const clear = create("button", "small", say("clear"));
  clear.type = "button";
  clear.addEventListener("click", () => changed(drawingText(digit)));
  const drawn = create("div", "pad");
  drawn.append(pad.canvas, create("p", "small soft", say("drawHere")), clear);
  element.append(create("legend", "", label), options, drawn);
  return {
    element,
    show(now) {
      const { digit: shown, pixels } = drawingOf(String(now));
      digit = shown;
      for (const [each, input] of inputs.entries()) input.checked = each === digit;
      clear.hidden = pixels === undefined;
      pad.show(pixels);
    },
  };
}

/** The pointer of `Strokes` for keys. Those of the browser are not negative. */
const keysPointer = -1;
/** Of the ring around the place where keys would draw. */
const cursorRadius = 10;

/** What one draws a digit on: with a finger, a mouse or a pen, or with the arrow keys and the space bar. */
export class Pad {
  readonly canvas = create("canvas");
  readonly #changed: (pixels: Float32Array) => void;
  readonly #strokes = new Strokes();
  /** Says where the brush is. Beside the canvas since it was first reached by keys. */
  readonly #told = create("p", "small soft brush");
  /** What is shown if there are no strokes, as from a link. */
  #shown: Float32Array | undefined;
  /** What the strokes became, which need not be shown. */
  #sent = "";
  #brush = firstBrush;
  #hasFocus = false;

  constructor(changed: (pixels: Float32Array) => void) {
    this.#changed = changed;
    const { canvas } = this;
    canvas.width = canvas.height = side;
    canvas.tabIndex = 0;
    // Arrow keys are for the brush, so a screen reader must not take them.
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", say("drawByKeys"));
    this.#told.setAttribute("role", "status");
    this.#listen();
    this.#listenToKeys();
  }

  /** Shows a drawing that was not made here, as from a link; none clears the pad. */
  show(pixels: Float32Array | undefined): void {
    if (pixels?.join() === this.#sent) return;
    this.#strokes.clear();
    this.#lift();
    this.#sent = pixels?.join() ?? "";
    this.#shown = pixels;
    this.#draw();
  }

  #listen(): void {
    const { canvas } = this;
    const spot = ({ clientX, clientY }: PointerEvent): Spot => {
      const box = canvas.getBoundingClientRect();
      return {
        x: ((clientX - box.left) / box.width) * side,
        y: ((clientY - box.top) / box.height) * side,
      };
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      this.#lift();
      canvas.setPointerCapture(event.pointerId);
      if (this.#strokes.begin(event.pointerId, spot(event), "")) this.#drawn();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (this.#strokes.move(event.pointerId, [spot(event)])) this.#drawn();
    });
    canvas.addEventListener("lostpointercapture", ({ pointerId }) => this.#strokes.end(pointerId));
  }

  #listenToKeys(): void {
    const { canvas } = this;
    canvas.addEventListener("focus", () => {
      this.#hasFocus = true;
      if (!this.#told.isConnected) canvas.after(this.#told);
      this.#draw();
      this.#tell();
    });
    canvas.addEventListener("blur", () => {
      this.#hasFocus = false;
      this.#lift();
      this.#draw();
      setText(this.#told, "");
    });
    canvas.addEventListener("keydown", (event) => {
      const next = brushAfter(this.#brush, event.key);
      if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.#move(next);
    });
  }

  #move(next: Brush): void {
    const { isDown: wasDown } = this.#brush;
    this.#brush = next;
    const spot = spotOf(next);
    if (!next.isDown) this.#strokes.end(keysPointer);
    const hasDrawn = wasDown
      ? next.isDown && this.#strokes.move(keysPointer, [spot])
      : next.isDown && this.#strokes.begin(keysPointer, spot, "");
    if (hasDrawn) this.#drawn();
    else this.#draw();
    this.#tell();
  }

  /** Whoever leaves the pad, or draws on it otherwise, begins another stroke when the keys come back. */
  #lift(): void {
    this.#strokes.end(keysPointer);
    this.#brush = { ...this.#brush, isDown: false };
  }

  #tell(): void {
    const { column, row, isDown } = this.#brush;
    const place = { column: figures.whole(column + 1), row: figures.whole(row + 1) };
    setText(this.#told, say(isDown ? "brushDown" : "brushUp", place));
  }

  /** There is more on the pad than before. */
  #drawn(): void {
    this.#draw({ isCursorShown: false });
    const context = this.#context();
    if (context === undefined) return;
    this.#send(context);
    this.#drawCursor(context);
  }

  #draw({ isCursorShown = true } = {}): void {
    const context = this.#context();
    if (context === undefined) return;
    context.clearRect(0, 0, side, side);
    if (this.#strokes.all.length > 0) this.#drawStrokes(context);
    else if (this.#shown !== undefined) drawDots(context, this.#shown);
    if (isCursorShown) this.#drawCursor(context);
  }

  #drawStrokes(context: CanvasRenderingContext2D): void {
    context.strokeStyle = colorOf("--ink");
    context.lineWidth = strokeWidth;
    context.lineCap = context.lineJoin = "round";
    for (const { spots } of this.#strokes.all) {
      const [first, ...rest] = spots;
      if (first === undefined) continue;
      context.beginPath();
      context.moveTo(first.x, first.y);
      // A dot is a line to itself.
      for (const { x, y } of rest.length === 0 ? [first] : rest) context.lineTo(x, y);
      context.stroke();
    }
  }

  /** A ring on ink and on paper alike; full where it paints. */
  #drawCursor(context: CanvasRenderingContext2D): void {
    if (!this.#hasFocus) return;
    const { x, y } = spotOf(this.#brush);
    context.beginPath();
    context.arc(x, y, cursorRadius, 0, 2 * Math.PI);
    context.lineWidth = 5;
    context.strokeStyle = colorOf("--card");
    context.stroke();
    context.lineWidth = 2.5;
    context.strokeStyle = colorOf("--accent");
    context.stroke();
    if (!this.#brush.isDown) return;
    context.fillStyle = colorOf("--accent");
    context.fill();
  }

  #send(context: CanvasRenderingContext2D): void {
    const { data } = context.getImageData(0, 0, side, side);
    const ink = Float32Array.from({ length: side * side }, (_, i) => (data[4 * i + 3] ?? 0) / 255);
    const sample = sampleOf([{ width: side, height: side, values: ink }], picture);
    if (sample === undefined) return;
    const pixels = drawingOf(drawingText(0, sample)).pixels ?? sample;
    this.#sent = pixels.join();
    this.#changed(pixels);
  }

  #context(): CanvasRenderingContext2D | undefined {
    return this.canvas.getContext("2d", { willReadFrequently: true }) ?? undefined;
  }
}

function spotOf({ column, row }: Brush): Spot {
  const cell = side / brushSide;
  return { x: (column + 0.5) * cell, y: (row + 0.5) * cell };
}

function drawDots(context: CanvasRenderingContext2D, pixels: Float32Array): void {
  context.fillStyle = colorOf("--ink");
  const dot = side / picture.width;
  for (const [i, ink] of pixels.entries()) {
    if (ink === 0) continue;
    context.fillRect((i % picture.width) * dot, Math.floor(i / picture.width) * dot, dot, dot);
  }
}
