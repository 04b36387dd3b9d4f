/**
 * @file A picture on the page: two canvases, of which the lower one is drawn rarely, and the pointer above them. It
 * follows its size, the theme, and the screen's pixels, of which it takes at most two per pixel of the style sheet.
 */
import { colorOf, create } from "../dashboard/page.ts";
import { type Axes, Frame, type Margins, type Size } from "./draw/axes.ts";
import { type Ink, inkNames, type Theme } from "./draw/inks.ts";
import { marginsOf, Pen, type Sheet } from "./draw/pen.ts";
import { shortly } from "./language.ts";
import type { Point } from "./state/bet.ts";

const pixelsMax = 2;
const heightMax = 460;
const heightShare = 0.62;
const heightMin = 290;
/** Of a projector's height. */
const projectorShare = 0.52;
/** A finger that moves further than so many pixels drags. */
const tapMax = 8;

export interface PictureEvents {
  /** It has another size: draw everything. */
  resized(): void;
  /** Somebody tapped, or drags. */
  touched(place: Point): void;
  /** Somebody tapped, and did not drag. */
  tapped(place: Point): void;
}

export class Picture {
  readonly element = create("div", "stage");
  readonly #map = create("canvas", "map");
  readonly #overlay = create("canvas", "overlay");
  readonly #events: PictureEvents;
  #size: Size = { width: 0, height: 0 };
  #frame: Frame | undefined;

  constructor(events: PictureEvents) {
    this.#events = events;
    this.#map.setAttribute("aria-hidden", "true");
    this.#overlay.setAttribute("role", "img");
    this.element.append(this.#map, this.#overlay);
    new ResizeObserver(() => this.#measure()).observe(this.element);
    this.#listen();
  }

  get isReady(): boolean {
    return this.#size.width > 0;
  }

  set label(text: string) {
    if (this.#overlay.getAttribute("aria-label") !== text) {
      this.#overlay.setAttribute("aria-label", text);
    }
  }

  /** Whether the pointer shows that one can tap. */
  set isOpen(isOpen: boolean) {
    this.#overlay.classList.toggle("open", isOpen);
  }

  /** A pen for one of the layers, which is cleared. */
  pen(layer: "map" | "overlay", axes: Axes, theme: Theme): Pen | undefined {
    const canvas = layer === "map" ? this.#map : this.#overlay;
    const context = canvas.getContext("2d");
    if (context === null || !this.isReady) return undefined;
    const pixels = Math.min(devicePixelRatio, pixelsMax);
    const scale = typeScale();
    const margins = marginsOf(axes, scale);
    this.#fit(axes, margins);
    const { width, height } = this.#size;
    const [across, down] = [Math.round(width * pixels), Math.round(height * pixels)];
    if (canvas.width !== across || canvas.height !== down) {
      [canvas.width, canvas.height] = [across, down];
    }
    context.setTransform(pixels, 0, 0, pixels, 0, 0);
    context.clearRect(0, 0, width, height);
    this.#frame = new Frame(axes, this.#size, margins);
    return new Pen(context, this.#frame, { theme, number: shortly, sheet: sheet(), scale });
  }

  #measure(): void {
    const width = Math.floor(this.element.clientWidth);
    if (width === 0 || width === this.#size.width) return;
    this.#setHeight(width, Math.max(heightMin, Math.min(heightLimit(), width * heightShare)));
    this.#events.resized();
  }

  /** A map is as high as it needs to be for its width, so that on a phone nothing is empty above and below it. */
  #fit({ x, y, isMap = false }: Axes, { left, right, top, bottom }: Margins): void {
    const { width, height } = this.#size;
    if (!isMap) return;
    const ratio = (x.to - x.from) / (y.to - y.from);
    const wanted = Math.min(heightLimit(), (width - left - right) / ratio + top + bottom);
    if (Math.round(wanted) !== height) this.#setHeight(width, wanted);
  }

  #setHeight(width: number, height: number): void {
    this.#size = { width, height: Math.round(height) };
    this.element.style.height = `${this.#size.height}px`;
  }

  /**
   * A mouse places and drags at once. A finger may also scroll the page, so only its tap or its way across counts;
   * the browser takes its way up and down.
   */
  #listen(): void {
    const canvas = this.#overlay;
    let isDown = false;
    let [startX, startY] = [0, 0];
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      isDown = true;
      [startX, startY] = [event.clientX, event.clientY];
      if (event.pointerType !== "mouse") return;
      canvas.setPointerCapture(event.pointerId);
      this.#touch(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (isDown) this.#touch(event);
    });
    canvas.addEventListener("pointerup", (event) => {
      if (isDown) this.#touch(event);
      const isTap = Math.hypot(event.clientX - startX, event.clientY - startY) <= tapMax;
      const place = this.#placeOf(event);
      if (isDown && isTap && place !== undefined) this.#events.tapped(place);
      isDown = false;
    });
    canvas.addEventListener("pointercancel", () => (isDown = false));
  }

  #touch(event: PointerEvent): void {
    const place = this.#placeOf(event);
    if (place !== undefined) this.#events.touched(place);
  }

  #placeOf({ clientX, clientY }: PointerEvent): Point | undefined {
    const { left, top } = this.#overlay.getBoundingClientRect();
    return this.#frame?.at(clientX - left, clientY - top);
  }
}

let onlySheet: Sheet | undefined;

/** All pictures share one: each is done with it before the next begins. */
function sheet(): Sheet {
  if (onlySheet !== undefined) return onlySheet;
  const image = create("canvas");
  const context = image.getContext("2d");
  if (context === null) throw new Error("no canvas");
  onlySheet = {
    context,
    image,
    resize: (width, height) => Object.assign(image, { width, height }),
  };
  return onlySheet;
}

/** A projector can't be scrolled by those who look at it: there, a picture fits between its question and the lesson's bar. */
function heightLimit(): number {
  return typeScale() > 1
    ? Math.min(heightMax * typeScale(), projectorShare * innerHeight)
    : heightMax;
}

/** Of the page's type, in pixels, where it is not larger than usual; and how much of its growth a picture has room for. */
const usualType = 17;
const pictureShare = 0.9;

/** How much larger than usual a picture's type is: more than 1 for a projector, whose type grows with its width. */
function typeScale(): number {
  const { documentElement: root } = document;
  if (!root.hasAttribute("data-projector")) return 1;
  return Math.max(
    1.4,
    (pictureShare * Number.parseFloat(getComputedStyle(root).fontSize)) / usualType,
  );
}

/** The colours that pens use, as the style sheet has them now. */
export function readTheme(): Theme {
  const colors = inkNames.map((name): [Ink, string] => {
    const color = colorOf(`--${name}`);
    return [name, /^\d/u.test(color) ? `rgb(${color})` : color];
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one for each name
  return Object.fromEntries(colors) as Theme;
}
