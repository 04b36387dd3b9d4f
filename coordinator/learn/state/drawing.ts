/**
 * @file A digit as a value of a section's state: one of the data's, `3`, or one that somebody drew, `3.` and its 28 × 28
 * pixels, black or white, six to a character. So a drawing travels in the link. Pure.
 */

/** Of the picture. */
const pixelCount = 784;
const bitsEach = 6;
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const drawingLength = Math.ceil(pixelCount / bitsEach);
const pattern = new RegExp(String.raw`^\d(?:\.[\w-]{${drawingLength}})?$`, "u");

/** Ink from here on is black. */
const threshold = 0.4;

/** Whether a text is such a value. */
export function isDrawing(text: string): boolean {
  return pattern.test(text);
}

/** What a value says. `pixels` of a drawing: shape `[784]`, 0 or 1; `undefined` for a digit of the data. */
export function drawingOf(text: string): {
  readonly digit: number;
  readonly pixels: Float32Array | undefined;
} {
  const digit = Number(text.charAt(0));
  if (text.length === 1) return { digit, pixels: undefined };
  const codes = Array.from(text.slice(2), (letter) => letters.indexOf(letter));
  const pixels = Float32Array.from({ length: pixelCount }, (_, i) => {
    return ((codes[Math.floor(i / bitsEach)] ?? 0) >> (i % bitsEach)) & 1;
  });
  return { digit, pixels };
}

/** The value for a digit that somebody drew. @param pixels - Shape `[784]`, in [0, 1]; absent: a digit of the data. */
export function drawingText(digit: number, pixels?: ArrayLike<number>): string {
  if (pixels === undefined) return String(digit);
  const codes = Array.from({ length: drawingLength }, (_, letter) => {
    let code = 0;
    for (let bit = 0; bit < bitsEach; bit++) {
      const ink = pixels[letter * bitsEach + bit] ?? 0;
      if (ink >= threshold) code |= 1 << bit;
    }
    return letters.charAt(code);
  });
  return `${digit}.${codes.join("")}`;
}
