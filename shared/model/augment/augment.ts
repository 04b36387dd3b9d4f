/**
 * @file How training pictures are changed each time that they are seen: mirrored, shifted, cropped. Part of the run
 * config. A change is a pure function of (seed, step, sample), and only moves values, so it has no rounding.
 */
import * as z from "zod/mini";

import type { Random } from "../../random.ts";

/** No picture that fits into a sample is wider. */
const sideMax = 2 ** 20;
const side = z.int().check(z.gte(1), z.lte(sideMax));
const distance = z.int().check(z.gte(0), z.lt(sideMax));

export const augmentSchema = z
  .strictObject({
    /** Half of the pictures are mirrored left to right. */
    flip: z.boolean(),
    /** Pictures are moved by up to this many pixels in each direction. What comes in from outside is 0. */
    shift: distance,
    /** Pictures lose this many rows and columns at random sides, and what is left is enlarged again. */
    crop: distance,
    /** The shape of a sample, `[height, width, channels]` or, for one channel, `[height, width]`. */
    height: side,
    width: side,
    channels: side,
  })
  .check(
    z.refine(({ shift, crop, height, width }) => Math.max(shift, crop) < Math.min(height, width), {
      error: "shift and crop must be smaller than the picture",
    }),
  );

export type Augment = z.infer<typeof augmentSchema>;

/** What happens to one picture: output pixel (y, x) is the input's at (top + y′, left + x′), see `movePictures`. */
export interface Move {
  flip: boolean;
  top: number;
  left: number;
}

/** The seeds of one sample's change; the last one keeps the stream apart from that of the noise of local search. */
export function moveSeeds(seed: number, step: number, sample: number): readonly number[] {
  return [seed, step, sample, 1];
}

/** Draws one change. A kind that is off draws nothing. */
export function drawMove(random: Random, { flip, shift, crop }: Augment, move: Move): void {
  move.flip = flip && random.below(2) === 1;
  move.top = 0;
  move.left = 0;
  if (shift > 0) {
    move.top += random.below(2 * shift + 1) - shift;
    move.left += random.below(2 * shift + 1) - shift;
  }
  if (crop > 0) {
    move.top += random.below(crop + 1);
    move.left += random.below(crop + 1);
  }
}
