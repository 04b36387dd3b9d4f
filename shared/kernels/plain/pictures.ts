/** @file Plain twin of `assembly/pictures.ts`: moves the pixels of pictures. */
// A kernel function takes only numbers, as WebAssembly does.
/* oxlint-disable max-params */
import type { Views } from "../memory.ts";

/**
 * Mirrors, shifts and crops pictures in place. Pixel (y, x) of the output is pixel (top + ⌊y (height − crop) / height⌋,
 * left + ⌊x′ (width − crop) / width⌋) of the input, with x′ = width − 1 − x if mirrored, else x; +0 outside of it.
 *
 * @param target - Pointer to padded rows `[sampleCount, height · width · channels]` float32; written.
 * @param targetStride - Floats from one row to the next.
 * @param crop - Rows and columns that are lost, less than the height and the width.
 * @param moves - Pointer to `[sampleCount, 3]` int32: 1 if mirrored, else 0; top; left.
 * @param scratch - Pointer to the room of one picture; written.
 */
export function movePictures(
  { u32 }: Views,
  target: number,
  targetStride: number,
  sampleCount: number,
  height: number,
  width: number,
  channels: number,
  crop: number,
  moves: number,
  scratch: number,
): void {
  const length = height * width * channels;
  for (let s = 0; s < sampleCount; s++) {
    const picture = target / 4 + s * targetStride;
    const move = moves / 4 + 3 * s;
    const [isMirrored, top, left] = [u32[move]!, u32[move + 1]! | 0, u32[move + 2]! | 0];
    u32.copyWithin(scratch / 4, picture, picture + length);
    let to = picture;
    for (let y = 0; y < height; y++) {
      const fromY = top + Math.floor((y * (height - crop)) / height);
      for (let x = 0; x < width; x++) {
        const column = isMirrored === 1 ? width - 1 - x : x;
        const fromX = left + Math.floor((column * (width - crop)) / width);
        const isInside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
        const from = scratch / 4 + (fromY * width + fromX) * channels;
        for (let c = 0; c < channels; c++) u32[to++] = isInside ? u32[from + c]! : 0;
      }
    }
  }
}
