/**
 * @file The gradient of the weights of a convolution on a chunk of samples. Documented at its twin in
 * `plain/convolution.ts`. The inner loop computes four terms by eight outputs in registers, over some rows of places.
 */
import { clearFrame, ConvolutionShape, framed } from "./parts/frames";
import { loadPartialOrZero } from "./parts/lanes";
import { storeEight } from "./parts/panels";

/** Enough places that a tile's sums stay in registers for long, few enough that what they read stays in the cache. */
const placesPerBlock = 128;

export function convolutionWeightGradient(
  target: usize,
  input: usize,
  inputStride: i32,
  deltas: usize,
  deltaStride: i32,
  samples: i32,
  shape: ConvolutionShape,
  first: i32,
  scratch: usize,
): void {
  const rowsPerBlock = max(placesPerBlock / shape.outputWidth, 1);
  clearFrame(scratch, shape);
  for (let s = 0; s < samples; s++) {
    const picture = framed(scratch, input, shape);
    for (let row = 0; row < shape.outputHeight; row += rowsPerBlock) {
      const rows = min(rowsPerBlock, shape.outputHeight - row);
      gradientBlock(target, picture, deltas, row, rows, first, shape);
      first = 0;
    }
    input += inputStride << 2;
    deltas += deltaStride << 2;
  }
}

/** Adds the products of some rows of places to the weight gradient; `first`: the sums start at +0. */
function gradientBlock(
  target: usize,
  picture: usize,
  deltas: usize,
  row: i32,
  rows: i32,
  first: i32,
  shape: ConvolutionShape,
): void {
  const outputs = shape.outputs;
  const runLength = shape.kernel * shape.channels;
  const rowStride = shape.frameWidth * shape.channels;
  const terms = shape.kernel * runLength;
  const block = picture + ((row * shape.stride * rowStride) << 2);
  const deltaBlock = deltas + ((row * shape.outputWidth * outputs) << 2);
  // From the last value of a run to the first of the next.
  const skipBytes = (rowStride - runLength) << 2;
  for (let o = 0; o < outputs; o += 8) {
    let to = target + (o << 2);
    const delta = deltaBlock + (o << 2);
    let at = block;
    let left = runLength;
    let i = 0;
    for (; i <= terms - 4; i += 4) {
      const x0 = at;
      at += 4;
      if (--left == 0) {
        left = runLength;
        at += skipBytes;
      }
      const x1 = at;
      at += 4;
      if (--left == 0) {
        left = runLength;
        at += skipBytes;
      }
      const x2 = at;
      at += 4;
      if (--left == 0) {
        left = runLength;
        at += skipBytes;
      }
      const x3 = at;
      at += 4;
      if (--left == 0) {
        left = runLength;
        at += skipBytes;
      }
      placesTile(to, x0, x1, x2, x3, delta, rows, outputs - o, first, shape);
      to += outputs << 4;
    }
    for (; i < terms; i++) {
      placesRow(to, at, delta, rows, outputs - o, first, shape);
      to += outputs << 2;
      at += 4;
      if (--left == 0) {
        left = runLength;
        at += skipBytes;
      }
    }
  }
}

/** Four terms by eight outputs of the weight gradient, over some rows of places. */
function placesTile(
  target: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  delta: usize,
  rows: i32,
  columns: i32,
  first: i32,
  shape: ConvolutionShape,
): void {
  const rowBytes = shape.outputs << 2;
  const row1 = target + rowBytes;
  const row2 = row1 + rowBytes;
  const row3 = row2 + rowBytes;
  let g00 = f32x4.splat(0);
  let g01 = f32x4.splat(0);
  let g10 = f32x4.splat(0);
  let g11 = f32x4.splat(0);
  let g20 = f32x4.splat(0);
  let g21 = f32x4.splat(0);
  let g30 = f32x4.splat(0);
  let g31 = f32x4.splat(0);
  if (!first) {
    g00 = loadPartialOrZero(target, columns);
    g01 = loadPartialOrZero(target + 16, columns - 4);
    g10 = loadPartialOrZero(row1, columns);
    g11 = loadPartialOrZero(row1 + 16, columns - 4);
    g20 = loadPartialOrZero(row2, columns);
    g21 = loadPartialOrZero(row2 + 16, columns - 4);
    g30 = loadPartialOrZero(row3, columns);
    g31 = loadPartialOrZero(row3 + 16, columns - 4);
  }
  const stepBytes = (shape.stride * shape.channels) << 2;
  const returnBytes =
    ((shape.stride * shape.frameWidth * shape.channels) << 2) - shape.outputWidth * stepBytes;
  const widthBytes = shape.outputWidth * rowBytes;
  for (let row = 0; row < rows; row++) {
    for (const rowEnd = delta + widthBytes; delta < rowEnd; delta += rowBytes) {
      const d0 = v128.load(delta);
      const d1 = v128.load(delta, 16);
      let x = v128.load32_splat(x0);
      g00 = f32x4.add(g00, f32x4.mul(x, d0));
      g01 = f32x4.add(g01, f32x4.mul(x, d1));
      x = v128.load32_splat(x1);
      g10 = f32x4.add(g10, f32x4.mul(x, d0));
      g11 = f32x4.add(g11, f32x4.mul(x, d1));
      x = v128.load32_splat(x2);
      g20 = f32x4.add(g20, f32x4.mul(x, d0));
      g21 = f32x4.add(g21, f32x4.mul(x, d1));
      x = v128.load32_splat(x3);
      g30 = f32x4.add(g30, f32x4.mul(x, d0));
      g31 = f32x4.add(g31, f32x4.mul(x, d1));
      x0 += stepBytes;
      x1 += stepBytes;
      x2 += stepBytes;
      x3 += stepBytes;
    }
    x0 += returnBytes;
    x1 += returnBytes;
    x2 += returnBytes;
    x3 += returnBytes;
  }
  storeEight(target, g00, g01, columns);
  storeEight(row1, g10, g11, columns);
  storeEight(row2, g20, g21, columns);
  storeEight(row3, g30, g31, columns);
}

/** One term by eight outputs of the weight gradient, over some rows of places. */
function placesRow(
  target: usize,
  x0: usize,
  delta: usize,
  rows: i32,
  columns: i32,
  first: i32,
  shape: ConvolutionShape,
): void {
  const rowBytes = shape.outputs << 2;
  const stepBytes = (shape.stride * shape.channels) << 2;
  const returnBytes =
    ((shape.stride * shape.frameWidth * shape.channels) << 2) - shape.outputWidth * stepBytes;
  const widthBytes = shape.outputWidth * rowBytes;
  let g0 = first ? f32x4.splat(0) : loadPartialOrZero(target, columns);
  let g1 = first ? f32x4.splat(0) : loadPartialOrZero(target + 16, columns - 4);
  for (let row = 0; row < rows; row++) {
    for (const rowEnd = delta + widthBytes; delta < rowEnd; delta += rowBytes) {
      const x = v128.load32_splat(x0);
      g0 = f32x4.add(g0, f32x4.mul(x, v128.load(delta)));
      g1 = f32x4.add(g1, f32x4.mul(x, v128.load(delta, 16)));
      x0 += stepBytes;
    }
    x0 += returnBytes;
  }
  storeEight(target, g0, g1, columns);
}
