/**
 * @file A digit drawn by hand, the network's view of it, and the network's outputs as bars, with the current
 * parameters.
 */
import { argmax } from "../../../shared/engine/predictor.ts";
import { sizeOf } from "../../../shared/model/layer-kind.ts";
import { figures } from "../charts/format.ts";
import { centreDigit, imageSide, type Picture } from "../model/digit.ts";
import type { Model, ModelSource } from "../model/model-source.ts";
import { drawGrey } from "../model/picture.ts";
import { type Spot, Strokes } from "../model/strokes.ts";
import { colorOf, create, element, onTheme, setText, watchVisible } from "../page.ts";
import { say } from "../texts/language.ts";

/** Of the drawing's side: about as thick as the data's strokes once the digit is scaled. */
const strokeFraction = 0.085;

/** Starts listening to the reader's drawing. */
export function listenToPad(source: ModelSource): DrawPanel {
  return new DrawPanel(source);
}

class DrawPanel {
  readonly #source: ModelSource;
  readonly #pad = element("pad", HTMLCanvasElement);
  readonly #seen = element("seen", HTMLCanvasElement);
  readonly #strokes = new Strokes();
  readonly #bars: { row: HTMLElement; value: HTMLElement; figure: HTMLElement }[] = [];
  #image: Float32Array | undefined;

  constructor(source: ModelSource) {
    this.#source = source;
    this.#listen();
    element("clear").addEventListener("click", () => {
      this.#strokes.clear();
      this.#changed();
    });
    onTheme(() => this.#changed());
    source.listen(watchVisible(this.#pad), () => this.#answer());
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
      if (this.#strokes.begin(event.pointerId, spot(event))) this.#changed();
    });
    pad.addEventListener("pointermove", (event) => {
      const spots = (event.getCoalescedEvents?.() ?? [event]).map(spot);
      if (this.#strokes.move(event.pointerId, spots)) this.#changed();
    });
    pad.addEventListener("lostpointercapture", ({ pointerId }) => this.#strokes.end(pointerId));
  }

  #changed(): void {
    const context = this.#pad.getContext("2d", { willReadFrequently: true });
    if (context === null) return;
    this.#draw(context);
    this.#image = centreDigit(inkOf(context));
    drawGrey(this.#seen, this.#image ?? new Float32Array(imageSide * imageSide), imageSide);
    this.#answer();
  }

  #draw(context: CanvasRenderingContext2D): void {
    const { width, height } = this.#pad;
    context.clearRect(0, 0, width, height);
    context.strokeStyle = colorOf("--ink");
    context.lineWidth = strokeFraction * width;
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const [first, ...rest] of this.#strokes.all) {
      if (first === undefined) continue;
      context.beginPath();
      context.moveTo(first.x, first.y);
      // A dot is a line to itself.
      for (const { x, y } of rest.length === 0 ? [first] : rest) context.lineTo(x, y);
      context.stroke();
    }
  }

  #answer(): void {
    const { model } = this.#source;
    const image = this.#image;
    const cannot = model === undefined ? undefined : obstacle(model);
    if (model?.predictor === undefined || image === undefined || cannot !== undefined) {
      setText(element("answer"), say(cannot ?? "answerNone"));
      for (const bar of this.#bars) showBar(bar, 0, false);
      return;
    }
    const outputs = model.predictor.outputs(model.parameters, image);
    const best = argmax(outputs);
    setText(element("answer"), say("answerIs", { class: best }));
    for (const [i, value] of outputs.entries()) {
      showBar(this.#bars[i] ?? this.#addBar(i), value, i === best);
    }
    // Another run's data may have fewer classes.
    for (const { row } of this.#bars.splice(outputs.length)) row.remove();
  }

  #addBar(index: number) {
    const row = create("li");
    const track = create("span", "track");
    const value = create("span", "value");
    const figure = create("span", "figure");
    track.append(value);
    row.append(create("span", "", String(index)), track, figure);
    element("bars").append(row);
    const bar = { row, value, figure };
    this.#bars.push(bar);
    return bar;
  }
}

/** The reason why a model can't read drawings, if any. */
function obstacle({ config, predictor }: Model): "noPictures" | "noPredictor" | undefined {
  if (sizeOf(config.model.inputShape) !== imageSide * imageSide) return "noPictures";
  return predictor === undefined ? "noPredictor" : undefined;
}

function showBar(
  { row, value, figure }: { row: HTMLElement; value: HTMLElement; figure: HTMLElement },
  output: number,
  isBest: boolean,
): void {
  value.style.transform = `scaleX(${Math.min(1, Math.max(0, output)).toFixed(4)})`;
  setText(figure, figures.percent(output));
  row.className = isBest ? "best" : "";
}

/** The amount of ink on each pixel of the pad. */
function inkOf(context: CanvasRenderingContext2D): Picture {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  const values = Float32Array.from(
    { length: width * height },
    (_, i) => (data[4 * i + 3] ?? 0) / 255,
  );
  return { width, height, values };
}
