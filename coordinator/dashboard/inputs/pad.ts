/** @file A picture that the reader draws, or reads from a file, and the network's view of it. */
import { type PictureShape, pictureShapeOf } from "../../../shared/data/picture.ts";
import { sizeOf } from "../../../shared/model/layer-kind.ts";
import { type Picture, sampleOf } from "../model/drawing.ts";
import { drawSample } from "../model/picture.ts";
import { type Spot, Strokes } from "../model/strokes.ts";
import { colorOf, element, onTheme, setText } from "../page.ts";
import { say } from "../texts/language.ts";
import { readPicture } from "./picture-file.ts";

/** Of the drawing's shorter side: about as thick as the data's strokes once the digit is scaled. */
const strokeFraction = 0.085;
/** Pixels of the pad's longer side. */
const padSide = 280;
/** The most common shape, until the real one is known. */
const digitShape = [28, 28];

export class Pad {
  readonly #changed: () => void;
  readonly #pad = element("pad", HTMLCanvasElement);
  readonly #seen = element("seen", HTMLCanvasElement);
  readonly #ink = element("ink", HTMLInputElement);
  readonly #file = element("picture-file", HTMLInputElement);
  readonly #strokes = new Strokes();
  #featureShape: readonly number[] = digitShape;
  #sample: Float32Array | undefined;

  /** @param changed - Called whenever the sample may be another. */
  constructor(changed: () => void) {
    this.#changed = changed;
    this.#listen();
    element("clear").addEventListener("click", () => this.#clear());
    this.#file.addEventListener("change", () => void this.#readFile());
    onTheme(() => {
      if (this.#strokes.all.length > 0) this.#read();
    });
    this.#showSeen();
  }

  /** The picture as the network sees it, shape `[featureCount]`; `undefined` if there is none. */
  get sample(): Float32Array | undefined {
    return this.#sample;
  }

  /** Gives the pad the proportions and colours of the dataset's pictures. A drawing of the same shape stays. */
  begin(featureShape: readonly number[]): void {
    const picture = pictureShapeOf(featureShape);
    if (picture === undefined || featureShape.join() === this.#featureShape.join()) return;
    this.#featureShape = featureShape;
    const { width, height, channels } = picture;
    const scale = padSide / Math.max(width, height);
    this.#pad.width = Math.round(width * scale);
    this.#pad.height = Math.round(height * scale);
    this.#pad.style.aspectRatio = `${width} / ${height}`;
    this.#pad.style.maxWidth = `${this.#pad.width}px`;
    this.#pad.classList.toggle("dark", channels === 3);
    element("ink-label").hidden = channels === 1;
    this.#clear();
  }

  #listen(): void {
    const pad = this.#pad;
    const spot = ({ clientX, clientY }: PointerEvent): Spot => {
      const box = pad.getBoundingClientRect();
      return {
        x: ((clientX - box.left) / box.width) * pad.width,
        y: ((clientY - box.top) / box.height) * pad.height,
      };
    };
    pad.addEventListener("pointerdown", (event) => {
      // A mouse's other buttons have their own uses. A finger or a pen's tip counts as the first button.
      if (event.button !== 0) return;
      event.preventDefault();
      // First, because the end of a pointer that is not captured could be missed.
      pad.setPointerCapture(event.pointerId);
      if (this.#strokes.begin(event.pointerId, spot(event), this.#ink.value)) this.#read();
    });
    pad.addEventListener("pointermove", (event) => {
      const spots = (event.getCoalescedEvents?.() ?? [event]).map(spot);
      if (this.#strokes.move(event.pointerId, spots)) this.#read();
    });
    pad.addEventListener("lostpointercapture", ({ pointerId }) => this.#strokes.end(pointerId));
  }

  #clear(): void {
    this.#strokes.clear();
    this.#file.value = "";
    setText(element("picture-error"), "");
    this.#read();
  }

  /** Reads the drawing. */
  #read(): void {
    const context = this.#pad.getContext("2d", { willReadFrequently: true });
    const picture = pictureShapeOf(this.#featureShape);
    if (context === null || picture === undefined) return;
    this.#draw(context, picture);
    this.#use(sampleOf(channelsOf(context, picture), picture));
  }

  async #readFile(): Promise<void> {
    const [file] = this.#file.files ?? [];
    const picture = pictureShapeOf(this.#featureShape);
    if (file === undefined || picture === undefined) return;
    this.#clearPad();
    try {
      this.#use(await readPicture(file, picture));
    } catch {
      // A browser gives no reason that a reader would understand.
      setText(element("picture-error"), say("pictureUnreadable", { name: file.name }));
      this.#use(undefined);
    }
  }

  /** A picture from a file takes the place of the drawing. */
  #clearPad(): void {
    this.#strokes.clear();
    setText(element("picture-error"), "");
    this.#pad.getContext("2d")?.clearRect(0, 0, this.#pad.width, this.#pad.height);
  }

  #use(sample: Float32Array | undefined): void {
    this.#sample = sample;
    this.#showSeen();
    this.#changed();
  }

  #showSeen(): void {
    const blank = new Float32Array(sizeOf(this.#featureShape));
    drawSample(this.#seen, this.#sample ?? blank, this.#featureShape);
  }

  #draw(context: CanvasRenderingContext2D, { channels }: PictureShape): void {
    const { width, height } = this.#pad;
    context.clearRect(0, 0, width, height);
    context.lineWidth = strokeFraction * Math.min(width, height);
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const { spots, color } of this.#strokes.all) {
      const [first, ...rest] = spots;
      if (first === undefined) continue;
      context.strokeStyle = channels === 1 ? colorOf("--ink") : color;
      context.beginPath();
      context.moveTo(first.x, first.y);
      // A dot is a line to itself.
      for (const { x, y } of rest.length === 0 ? [first] : rest) context.lineTo(x, y);
      context.stroke();
    }
  }
}

/** What is drawn on each pixel of the pad: the amount of ink or, in colour, its red, green and blue on black. */
function channelsOf(context: CanvasRenderingContext2D, { channels }: PictureShape): Picture[] {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  return Array.from({ length: channels }, (_, channel) => {
    const values = Float32Array.from({ length: width * height }, (__, i) => {
      const ink = (data[4 * i + 3] ?? 0) / 255;
      return channels === 1 ? ink : (ink * (data[4 * i + channel] ?? 0)) / 255;
    });
    return { width, height, values };
  });
}
