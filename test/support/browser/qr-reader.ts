/** @file Reads a QR code out of a picture, as a phone's camera would. */
import jsqr from "jsqr";

export interface Picture {
  /** RGBA, row by row. */
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** The text of the code in a picture; `undefined` if none can be read. */
export function readQrCode({ data, width, height }: Picture): string | undefined {
  // Not every phone reads a code whose ink is lighter than its paper.
  return jsqr.default(data, width, height, { inversionAttempts: "dontInvert" })?.data;
}
