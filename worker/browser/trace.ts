/** @file The little curve of the pace: the last minute of samples per second. */

/** A point a quarter of a second. */
const pointsMax = 240;

export class Trace {
  readonly #canvas: HTMLCanvasElement;
  readonly #points: number[] = [];

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  add(value: number): void {
    this.#points.push(value);
    if (this.#points.length > pointsMax) this.#points.shift();
    if (document.visibilityState === "visible") this.#draw();
  }

  #draw(): void {
    const canvas = this.#canvas;
    const context = canvas.getContext("2d");
    if (context === null) return;
    const { clientWidth, clientHeight } = canvas;
    const scale = window.devicePixelRatio;
    canvas.width = Math.round(clientWidth * scale);
    canvas.height = Math.round(clientHeight * scale);
    context.scale(scale, scale);
    context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = 1.5;
    context.lineJoin = "round";
    const top = Math.max(...this.#points, 1);
    context.beginPath();
    for (const [i, value] of this.#points.entries()) {
      const x = clientWidth - (this.#points.length - 1 - i) * (clientWidth / (pointsMax - 1));
      const y = clientHeight - 1 - (value / top) * (clientHeight - 3);
      context.lineTo(x, y);
    }
    context.stroke();
  }
}
