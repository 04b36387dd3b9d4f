/** @file A digit on a small canvas, and values of its pixels in the colours of their signs. */
import { colorOf, create } from "../../../dashboard/page.ts";

const count = 28;
/** Of the page's type where it has its usual size. */
const typePixels = 17;

/** A picture of a digit. @param pixels - Shape `[784]`, in [0, 1]. */
export function digitPicture(
  pixels: ArrayLike<number>,
  label: string,
  side = 56,
): HTMLCanvasElement {
  const canvas = create("canvas", "digit");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  fill(canvas, side, (i) => [pixels[i] ?? 0, colorOf("--ink")]);
  return canvas;
}

/** Values of the pixels: positive ones blue, negative ones orange. @param values - Shape `[784]`. */
export function signedPicture(
  values: ArrayLike<number>,
  label: string,
  side: number,
): HTMLCanvasElement {
  const canvas = create("canvas", "digit");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  const largest = Math.max(...Array.from(values, Math.abs), Number.MIN_VALUE);
  const [positive, negative] = [`rgb(${colorOf("--positive")})`, `rgb(${colorOf("--negative")})`];
  fill(canvas, side, (i) => {
    const value = values[i] ?? 0;
    return [Math.abs(value) / largest, value > 0 ? positive : negative];
  });
  return canvas;
}

function fill(
  canvas: HTMLCanvasElement,
  side: number,
  of: (pixel: number) => readonly [strength: number, color: string],
): void {
  const pixels = Math.min(devicePixelRatio, 2);
  canvas.width = canvas.height = side * pixels;
  // With the type, which is larger for a projector.
  canvas.style.width = canvas.style.height = `${side / typePixels}rem`;
  const context = canvas.getContext("2d");
  if (context === null) return;
  const dot = (side * pixels) / count;
  for (let i = 0; i < count * count; i++) {
    const [strength, color] = of(i);
    if (strength < 0.01) continue;
    context.globalAlpha = strength;
    context.fillStyle = color;
    const [row, column] = [Math.floor(i / count), i % count];
    // Whole pixels, so that no seams show.
    const [left, top] = [Math.round(column * dot), Math.round(row * dot)];
    const [right, bottom] = [Math.round((column + 1) * dot), Math.round((row + 1) * dot)];
    context.fillRect(left, top, right - left, bottom - top);
  }
}
