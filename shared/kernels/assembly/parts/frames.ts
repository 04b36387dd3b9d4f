/**
 * @file The shape of a convolution, and pictures in frames of zeros, which make the border like any other place. For the
 * functions of this folder alone.
 */

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

/** Clears what `framed` does not write. */
export function clearFrame(frame: usize, shape: ConvolutionShape): void {
  if (!isPadded(shape)) return;
  memory.fill(frame, 0, <usize>(shape.frameHeight * shape.frameWidth * shape.channels) << 2);
}

@inline
function isPadded(shape: ConvolutionShape): bool {
  return shape.frameHeight != shape.height || shape.frameWidth != shape.width;
}

/** Copies a picture into its frame. Returns where it is: if there is no frame, where it was. */
export function framed(frame: usize, picture: usize, shape: ConvolutionShape): usize {
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
export function spreadDeltas(
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
