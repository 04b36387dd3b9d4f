/**
 * @file A control for a digit: ten buttons to pick one of the data's, and a pad to draw one's own of the same kind. What
 * is drawn is scaled and centred as the data are, and kept as 28 × 28 dots of black and white.
 */
import { sampleOf } from "../dashboard/model/drawing.ts";
import { type Spot, Strokes } from "../dashboard/model/strokes.ts";
import { colorOf, create } from "../dashboard/page.ts";
import type { Control, ControlOptions } from "./control.ts";
import { say } from "./language.ts";
import { drawingOf, drawingText } from "./state/drawing.ts";
import type { DrawingField } from "./state/schema.ts";

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

/** What one draws a digit on. */
export class Pad {
  readonly canvas = create("canvas");
  readonly #changed: (pixels: Float32Array) => void;
  readonly #strokes = new Strokes();
  /** What the strokes became, which need not be shown. */
  #sent = "";

  constructor(changed: (pixels: Float32Array) => void) {
    this.#changed = changed;
    this.canvas.width = this.canvas.height = side;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", say("drawHere"));
    this.#listen();
  }

  /** Shows a drawing that was not made here, as from a link; none clears the pad. */
  show(pixels: Float32Array | undefined): void {
    if (pixels?.join() === this.#sent) return;
    this.#strokes.clear();
    this.#sent = pixels?.join() ?? "";
    const context = this.#context();
    context?.clearRect(0, 0, side, side);
    if (pixels === undefined || context === undefined) return;
    context.fillStyle = colorOf("--ink");
    const dot = side / picture.width;
    for (const [i, ink] of pixels.entries()) {
      if (ink === 0) continue;
      context.fillRect((i % picture.width) * dot, Math.floor(i / picture.width) * dot, dot, dot);
    }
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
      canvas.setPointerCapture(event.pointerId);
      if (this.#strokes.begin(event.pointerId, spot(event), "")) this.#draw();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (this.#strokes.move(event.pointerId, [spot(event)])) this.#draw();
    });
    canvas.addEventListener("lostpointercapture", ({ pointerId }) => this.#strokes.end(pointerId));
  }

  #draw(): void {
    const context = this.#context();
    if (context === undefined) return;
    context.clearRect(0, 0, side, side);
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
    this.#send(context);
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
