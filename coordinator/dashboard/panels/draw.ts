/**
 * @file A picture drawn by hand, the network's view of it, and the network's outputs as bars, with the current
 * parameters.
 */
import { type PictureShape, pictureShapeOf } from "../../../shared/data/picture.ts";
import { sizeOf } from "../../../shared/model/layer-kind.ts";
import { figures } from "../charts/format.ts";
import { classIn, nameIn, sharesOf } from "../model/answer.ts";
import { type Picture, sampleOf } from "../model/drawing.ts";
import type { Model, ModelSource } from "../model/model-source.ts";
import { drawSample } from "../model/picture.ts";
import { type Spot, Strokes } from "../model/strokes.ts";
import { colorOf, create, element, onTheme, setText, watchVisible } from "../page.ts";
import { say } from "../texts/language.ts";

/** Of the drawing's shorter side: about as thick as the data's strokes once the digit is scaled. */
const strokeFraction = 0.085;
/** Pixels of the pad's longer side. */
const padSide = 280;
/** More outputs than this would fill the page: only the largest have a bar. */
const barsMax = 12;
/** The most common shape, until the real one is known. */
const digitShape = [28, 28];

/** Starts listening to the reader's drawing. */
export function listenToPad(source: ModelSource): DrawPanel {
  return new DrawPanel(source);
}

class DrawPanel {
  readonly #source: ModelSource;
  readonly #pad = element("pad", HTMLCanvasElement);
  readonly #seen = element("seen", HTMLCanvasElement);
  readonly #ink = element("ink", HTMLInputElement);
  readonly #strokes = new Strokes();
  readonly #bars: Bar[] = [];
  #featureShape: readonly number[] = digitShape;
  #sample: Float32Array | undefined;

  constructor(source: ModelSource) {
    this.#source = source;
    this.#listen();
    element("clear").addEventListener("click", () => {
      this.#strokes.clear();
      this.#changed();
    });
    onTheme(() => this.#changed());
    // The pad itself may be hidden.
    source.listen(watchVisible(element("answer")), (model) => this.#fit(model));
    this.#changed();
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
      if (this.#strokes.begin(event.pointerId, spot(event), this.#ink.value)) this.#changed();
    });
    pad.addEventListener("pointermove", (event) => {
      const spots = (event.getCoalescedEvents?.() ?? [event]).map(spot);
      if (this.#strokes.move(event.pointerId, spots)) this.#changed();
    });
    pad.addEventListener("lostpointercapture", ({ pointerId }) => this.#strokes.end(pointerId));
  }

  /** Gives the pad the proportions and colours of the dataset's pictures. */
  #fit({ dataset: { featureShape } }: Model): void {
    if (featureShape.join() === this.#featureShape.join()) return this.#answer();
    this.#featureShape = featureShape;
    const picture = pictureShapeOf(featureShape);
    element("drawing").hidden = picture === undefined;
    element("draw-how").hidden = picture === undefined;
    if (picture === undefined) return this.#answer();
    const { width, height, channels } = picture;
    const scale = padSide / Math.max(width, height);
    this.#pad.width = Math.round(width * scale);
    this.#pad.height = Math.round(height * scale);
    this.#pad.style.aspectRatio = `${width} / ${height}`;
    this.#pad.style.maxWidth = `${this.#pad.width}px`;
    this.#pad.classList.toggle("dark", channels === 3);
    element("ink-label").hidden = channels === 1;
    this.#strokes.clear();
    this.#changed();
  }

  #changed(): void {
    const context = this.#pad.getContext("2d", { willReadFrequently: true });
    const picture = pictureShapeOf(this.#featureShape);
    if (context === null || picture === undefined) return;
    this.#draw(context, picture);
    this.#sample = sampleOf(channelsOf(context, picture), picture);
    const blank = new Float32Array(sizeOf(this.#featureShape));
    drawSample(this.#seen, this.#sample ?? blank, this.#featureShape);
    this.#answer();
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

  #answer(): void {
    const { model } = this.#source;
    const sample = this.#sample;
    const cannot = model === undefined ? undefined : obstacle(model);
    if (model?.predictor === undefined || sample === undefined || cannot !== undefined) {
      setText(element("answer"), say(cannot ?? "answerNone"));
      for (const bar of this.#bars) showBar(bar, undefined);
      return;
    }
    const outputs = model.predictor.outputs(model.parameters, sample);
    const best = classIn(outputs);
    const { target } = model.dataset;
    setText(element("answer"), say("answerIs", { class: nameIn(target, best) }));
    const all = sharesOf(outputs).map((output, index) => ({
      text: nameIn(target, index),
      output,
      isBest: index === best,
    }));
    const shown =
      all.length <= barsMax ? all : all.toSorted((a, b) => b.output - a.output).slice(0, barsMax);
    for (const [i, output] of shown.entries()) showBar(this.#bars[i] ?? this.#addBar(), output);
    // Another run's data may have fewer classes.
    for (const { row } of this.#bars.splice(shown.length)) row.remove();
  }

  #addBar(): Bar {
    const bar = {
      row: create("li"),
      name: create("span"),
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

interface Bar {
  readonly row: HTMLElement;
  readonly name: HTMLElement;
  readonly value: HTMLElement;
  readonly figure: HTMLElement;
}

/** The reason why a model can't read drawings, if any. */
function obstacle({ dataset, predictor }: Model): "noPictures" | "noPredictor" | undefined {
  if (pictureShapeOf(dataset.featureShape) === undefined) return "noPictures";
  return predictor === undefined ? "noPredictor" : undefined;
}

/** @param shown - An output, or `undefined` while there is no drawing. */
function showBar(
  { row, name, value, figure }: Bar,
  shown: { readonly text: string; readonly output: number; readonly isBest: boolean } | undefined,
): void {
  const output = shown?.output ?? 0;
  if (shown !== undefined) setText(name, shown.text);
  value.style.transform = `scaleX(${Math.min(1, Math.max(0, output)).toFixed(4)})`;
  setText(figure, figures.percent(output));
  row.className = shown?.isBest === true ? "best" : "";
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
