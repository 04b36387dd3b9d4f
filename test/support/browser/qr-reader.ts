/** @file Reads a QR code from a picture, as a phone's camera would. */
import jsqr from "jsqr";

export interface Picture {
  /** RGBA, row by row. */
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** The text of the code in a picture; `undefined` if none can be read. */
export function readQrCode({ data, width, height }: Picture): string | undefined {
  // Not every phone reads a code that is light on dark.
  return jsqr.default(data, width, height, { inversionAttempts: "dontInvert" })?.data;
}
