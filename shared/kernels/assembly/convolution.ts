/**
 * @file A two-dimensional convolution on a chunk of samples: forward, and the gradient of its input; that of its weights
 * is in `convolution-gradient.ts`. Documented at their twins in `plain/convolution.ts`.
 *
 * A picture is `[height, width, channels]`, so the values under one row of the window are neighbours in memory: a
 * sum over the window is one dense sum per row. Pictures are first copied into a frame of zeros, which makes the
 * border like any other place. The inner loop is that of a dense layer: four places by eight outputs in registers.
 * The input's gradient is again such a convolution, of the deltas.
 */
import { clearFrame, ConvolutionShape, framed, spreadDeltas } from "./parts/frames";
import { loadPartialOrZero } from "./parts/lanes";
import { packColumns, packRows, storeEight } from "./parts/panels";

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
