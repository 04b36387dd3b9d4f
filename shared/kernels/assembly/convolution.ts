/**
 * @file A two-dimensional convolution on a chunk of samples: forward, and the gradients of its weights and its
 * input. Documented at its twins in `plain/convolution.ts`.
 *
 * A picture is `[height, width, channels]`, so the values under one row of the window are neighbours in memory: a
 * sum over the window is one dense sum per row. Pictures are first copied into a frame of zeros, which makes the
 * border like any other place. The inner loop is that of a dense layer: four places by eight outputs in registers.
 * The input's gradient is again such a convolution, of the deltas.
 */
import { loadPartialOrZero } from "./parts/lanes";
import { packColumns, packRows, storeEight } from "./parts/panels";

/** Each field is one 32-bit word, in the order of `../convolution-shape.ts`. */
@unmanaged
export class ConvolutionShape {
  height: i32;
  width: i32;
  channels: i32;
  outputHeight: i32;
  outputWidth: i32;
  outputs: i32;
  kernel: i32;
  stride: i32;
  before: i32;
  frameHeight: i32;
  frameWidth: i32;
}

/** Enough places that a tile's sums stay in registers for long, few enough that what they read stays in the cache. */
const placesPerBlock = 128;

export function convolutionForward(
  target: usize,
  targetStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  weights: usize,
  biases: usize,
  shape: ConvolutionShape,
  scratch: usize,
): void {
  const outputs = shape.outputs;
  const terms = shape.kernel * shape.kernel * shape.channels;
  const panelBytes = (<usize>terms) << 5;
  let frame = scratch;
  for (let o = 0; o < outputs; o += 8) {
    packColumns(frame, weights + (o << 2), outputs << 2, terms, outputs - o);
    frame += panelBytes;
  }
  clearFrame(frame, shape);
  for (let s = 0; s < samples; s++) {
    const picture = framed(frame, input, shape);
    let panel = scratch;
    for (let o = 0; o < outputs; o += 8) {
      convolvePanel(
        target + (o << 2),
        outputs,
        outputs - o,
        shape.outputHeight,
        shape.outputWidth,
        picture,
        shape.frameWidth * shape.channels,
        shape.channels,
        shape.stride,
        shape.kernel,
        panel,
        loadPartialOrZero(biases + (o << 2), outputs - o),
        loadPartialOrZero(biases + (o << 2) + 16, outputs - o - 4),
      );
      panel += panelBytes;
    }
    input += inputStride << 2;
    target += targetStride << 2;
  }
}

export function convolutionInputGradient(
  target: usize,
  targetStride: i32,
  deltas: usize,
  deltaStride: i32,
  samples: i32,
  weights: usize,
  shape: ConvolutionShape,
  scratch: usize,
): void {
  const kernel = shape.kernel;
  const channels = shape.channels;
  const outputs = shape.outputs;
  const taps = kernel * kernel;
  const tapBytes = (<usize>outputs) << 5;
  const panelBytes = taps * tapBytes;
  let frame = scratch;
  for (let c = 0; c < channels; c += 8) {
    // The window is turned by half a circle, so its last weight comes first.
    for (let tap = taps - 1; tap >= 0; tap--) {
      const row = <usize>(tap * channels + c);
      packRows(frame, weights + ((row * outputs) << 2), outputs << 2, outputs, channels - c);
      frame += tapBytes;
    }
  }
  const isFramed = kernel > 1 || shape.stride > 1;
  const frameWidth = isFramed ? shape.width + kernel - 1 : shape.width;
  const frameBytes = <usize>((shape.height + kernel - 1) * frameWidth * outputs) << 2;
  if (isFramed) memory.fill(frame, 0, frameBytes);
  const zero = f32x4.splat(0);
  for (let s = 0; s < samples; s++) {
    if (isFramed) spreadDeltas(frame, deltas, shape, frameWidth);
    const picture = isFramed ? frame : deltas;
    let panel = scratch;
    for (let c = 0; c < channels; c += 8) {
      // Adding +0 at the end changes no sum, because every sum began at +0.
      convolvePanel(
        target + (c << 2),
        channels,
        channels - c,
        shape.height,
        shape.width,
        picture,
        frameWidth * outputs,
        outputs,
        1,
        kernel,
        panel,
        zero,
        zero,
      );
      panel += panelBytes;
    }
    deltas += deltaStride << 2;
    target += targetStride << 2;
  }
}

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

/** Clears what `framed` does not write. */
function clearFrame(frame: usize, shape: ConvolutionShape): void {
  if (!isPadded(shape)) return;
  memory.fill(frame, 0, <usize>(shape.frameHeight * shape.frameWidth * shape.channels) << 2);
}

@inline
function isPadded(shape: ConvolutionShape): bool {
  return shape.frameHeight != shape.height || shape.frameWidth != shape.width;
}

/** Copies a picture into its frame. Returns where it is: if there is no frame, where it was. */
function framed(frame: usize, picture: usize, shape: ConvolutionShape): usize {
  if (!isPadded(shape)) return picture;
  const channels = shape.channels;
  const rowBytes = (shape.width * channels) << 2;
  let to = frame + (((shape.frameWidth + 1) * shape.before * channels) << 2);
  for (let y = 0; y < shape.height; y++) {
    memory.copy(to, picture, rowBytes);
    picture += rowBytes;
    to += (shape.frameWidth * channels) << 2;
  }
  return frame;
}

/** Copies the deltas of a sample into a frame, `stride` places apart. */
function spreadDeltas(
  frame: usize,
  deltas: usize,
  shape: ConvolutionShape,
  frameWidth: i32,
): void {
  const deltaBytes = shape.outputs << 2;
  const stepBytes = shape.stride * deltaBytes;
  const before = shape.kernel - 1 - shape.before;
  let row = frame + (frameWidth + 1) * before * deltaBytes;
  for (let y = 0; y < shape.outputHeight; y++) {
    if (stepBytes == deltaBytes) {
      memory.copy(row, deltas, shape.outputWidth * deltaBytes);
      deltas += shape.outputWidth * deltaBytes;
    } else {
      for (let x = 0, to = row; x < shape.outputWidth; x++) {
        memory.copy(to, deltas, deltaBytes);
        to += stepBytes;
        deltas += deltaBytes;
      }
    }
    row += frameWidth * stepBytes;
  }
}

/**
 * Eight outputs of every place: `target[p][q][0…8) ← Σᵧ Σᵢ picture[p · stride + y][q · stride · channels + i] ·
 * panel[y][i][0…8) + bias`, y and i ascending, i over the `kernel · channels` values of a row under the window.
 */
function convolvePanel(
  target: usize,
  targetStride: i32,
  columns: i32,
  height: i32,
  width: i32,
  picture: usize,
  pictureStride: i32,
  channels: i32,
  stride: i32,
  kernel: i32,
  panel: usize,
  bias0: v128,
  bias1: v128,
): void {
  const targetBytes = targetStride << 2;
  const stepBytes = (stride * channels) << 2;
  // From the last place of a row to the first of the next.
  const returnBytes = ((stride * pictureStride) << 2) - width * stepBytes;
  const runBytes = (<usize>(kernel * channels)) << 5;
  // From the end of a run to the beginning of the next.
  const skipBytes = (pictureStride - kernel * channels) << 2;
  const places = height * width;
  const end = panel + <usize>kernel * runBytes;
  let column = 0;
  let at = picture;
  let place = 0;
  for (; place <= places - 4; place += 4) {
    let x0 = at;
    at += stepBytes;
    if (++column == width) {
      column = 0;
      at += returnBytes;
    }
    let x1 = at;
    at += stepBytes;
    if (++column == width) {
      column = 0;
      at += returnBytes;
    }
    let x2 = at;
    at += stepBytes;
    if (++column == width) {
      column = 0;
      at += returnBytes;
    }
    let x3 = at;
    at += stepBytes;
    if (++column == width) {
      column = 0;
      at += returnBytes;
    }
    let y00 = f32x4.splat(0);
    let y01 = f32x4.splat(0);
    let y10 = f32x4.splat(0);
    let y11 = f32x4.splat(0);
    let y20 = f32x4.splat(0);
    let y21 = f32x4.splat(0);
    let y30 = f32x4.splat(0);
    let y31 = f32x4.splat(0);
    for (let w = panel; w < end; ) {
      for (const runEnd = w + runBytes; w < runEnd; w += 32) {
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        let x = v128.load32_splat(x0);
        y00 = f32x4.add(y00, f32x4.mul(x, w0));
        y01 = f32x4.add(y01, f32x4.mul(x, w1));
        x = v128.load32_splat(x1);
        y10 = f32x4.add(y10, f32x4.mul(x, w0));
        y11 = f32x4.add(y11, f32x4.mul(x, w1));
        x = v128.load32_splat(x2);
        y20 = f32x4.add(y20, f32x4.mul(x, w0));
        y21 = f32x4.add(y21, f32x4.mul(x, w1));
        x = v128.load32_splat(x3);
        y30 = f32x4.add(y30, f32x4.mul(x, w0));
        y31 = f32x4.add(y31, f32x4.mul(x, w1));
        x0 += 4;
        x1 += 4;
        x2 += 4;
        x3 += 4;
      }
      x0 += skipBytes;
      x1 += skipBytes;
      x2 += skipBytes;
      x3 += skipBytes;
    }
    storeEight(target, f32x4.add(y00, bias0), f32x4.add(y01, bias1), columns);
    target += targetBytes;
    storeEight(target, f32x4.add(y10, bias0), f32x4.add(y11, bias1), columns);
    target += targetBytes;
    storeEight(target, f32x4.add(y20, bias0), f32x4.add(y21, bias1), columns);
    target += targetBytes;
    storeEight(target, f32x4.add(y30, bias0), f32x4.add(y31, bias1), columns);
    target += targetBytes;
  }
  for (; place < places; place++) {
    let x0 = at;
    at += stepBytes;
    if (++column == width) {
      column = 0;
      at += returnBytes;
    }
    let y0 = f32x4.splat(0);
    let y1 = f32x4.splat(0);
    for (let w = panel; w < end; ) {
      for (const runEnd = w + runBytes; w < runEnd; w += 32) {
        const x = v128.load32_splat(x0);
        y0 = f32x4.add(y0, f32x4.mul(x, v128.load(w)));
        y1 = f32x4.add(y1, f32x4.mul(x, v128.load(w, 16)));
        x0 += 4;
      }
      x0 += skipBytes;
    }
    storeEight(target, f32x4.add(y0, bias0), f32x4.add(y1, bias1), columns);
    target += targetBytes;
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
