/** @file The small curve of the speed: samples per second over the last two minutes. */

/** One per second, as often as the speed is measured. */
const pointsMax = 120;
const pointMs = 1_000;
const lineWidth = 2;

export class Trace {
  readonly #canvas: HTMLCanvasElement;
  readonly #points: number[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.#draw()).observe(canvas);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", () => this.#draw());
    document.addEventListener("visibilitychange", () => this.#draw());
  }

  /** Adds the current speed; keeps one value per second. */
  add(value: number): void {
    const nowMs = performance.now();
    if (nowMs - this.#lastMs < pointMs) return;
    this.#lastMs = nowMs;
    this.#points.push(value);
    if (this.#points.length > pointsMax) this.#points.shift();
    this.#draw();
  }

  #draw(): void {
    const canvas = this.#canvas;
    const context = canvas.getContext("2d");
    if (context === null || document.visibilityState !== "visible") return;
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = window.devicePixelRatio;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.scale(scale, scale);
    const points = this.#positions(width, height);
    const first = points[0];
    const last = points.at(-1);
    if (first === undefined || last === undefined) return;
    const color = getComputedStyle(canvas).color;
    context.lineWidth = lineWidth;
    context.lineJoin = "round";
    context.strokeStyle = color;
    context.fillStyle = color;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.stroke();
    context.lineTo(last[0], height);
    context.lineTo(first[0], height);
    context.globalAlpha = 0.14;
    context.fill();
  }

  /** The newest value is at the right edge, the largest value of the two minutes at the top. */
  #positions(width: number, height: number): (readonly [x: number, y: number])[] {
    const top = Math.max(...this.#points, 1);
    const step = width / (pointsMax - 1);
    return this.#points.map((value, i) => {
      const x = width - (this.#points.length - 1 - i) * step;
      return [x, height - lineWidth - (value / top) * (height - 2 * lineWidth)];
    });
  }
}
