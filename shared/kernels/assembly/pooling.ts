/**
 * @file The largest value and the mean of each window of a picture, and a picture with its channels first.
 * Documented at their twins in `plain/pooling.ts`. Lanes run over channels; the lanes past the last one are computed
 * and not stored.
 */
import { storePartial } from "./parts/lanes";

export function maxPoolForward(
  target: usize,
  targetStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  height: i32,
  width: i32,
  channels: i32,
  size: i32,
  stride: i32,
): void {
  const rowBytes = (width * channels) << 2;
  for (let s = 0; s < samples; s++) {
    let to = target;
    for (let y = 0; y <= height - size; y += stride) {
      for (let x = 0; x <= width - size; x += stride) {
        const window = input + y * rowBytes + ((x * channels) << 2);
        for (let c = 0; c < channels; c += 4) {
          const largest = largestIn(window + (c << 2), rowBytes, channels << 2, size);
          storePartial(to + (c << 2), largest, channels - c);
        }
        to += channels << 2;
      }
    }
    target += targetStride << 2;
    input += inputStride << 2;
  }
}

export function maxPoolBackward(
  target: usize,
  targetStride: i32,
  deltas: usize,
  deltaStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  height: i32,
  width: i32,
  channels: i32,
  size: i32,
  stride: i32,
): void {
  const placeBytes = channels << 2;
  const rowBytes = width * placeBytes;
  for (let s = 0; s < samples; s++) {
    memory.fill(target, 0, height * rowBytes);
    let delta = deltas;
    for (let y = 0; y <= height - size; y += stride) {
      for (let x = 0; x <= width - size; x += stride) {
        const offset = y * rowBytes + x * placeBytes;
        for (let c = 0; c < channels; c += 4) {
          const at = offset + (c << 2);
          addToLargest(
            target + at,
            input + at,
            v128.load(delta + (c << 2)),
            rowBytes,
            placeBytes,
            size,
            channels - c,
          );
        }
        delta += placeBytes;
      }
    }
    target += targetStride << 2;
    deltas += deltaStride << 2;
    input += inputStride << 2;
  }
}

/** The largest values in four channels of a window; NaN if there is one. */
@inline
function largestIn(window: usize, rowBytes: i32, placeBytes: i32, size: i32): v128 {
  let largest = v128.load(window);
  for (let a = 0; a < size; a++) {
    let at = window + a * rowBytes;
    for (let b = 0; b < size; b++) {
      largest = f32x4.max(largest, v128.load(at));
      at += placeBytes;
    }
  }
  return largest;
}

/** Adds the deltas of four channels where the window has its first largest value. */
@inline
function addToLargest(
  target: usize,
  window: usize,
  delta: v128,
  rowBytes: i32,
  placeBytes: i32,
  size: i32,
  channels: i32,
): void {
  const largest = largestIn(window, rowBytes, placeBytes, size);
  let isOpen = i32x4.splat(-1);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      const at = a * rowBytes + b * placeBytes;
      const isHere = v128.and(isOpen, f32x4.eq(v128.load(window + at), largest));
      isOpen = v128.andnot(isOpen, isHere);
      const sum = f32x4.add(v128.load(target + at), v128.and(delta, isHere));
      storePartial(target + at, sum, channels);
    }
  }
}

export function averagePoolForward(
  target: usize,
  targetStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  height: i32,
  width: i32,
  channels: i32,
  windowHeight: i32,
  windowWidth: i32,
  stride: i32,
): void {
  const placeBytes = channels << 2;
  const rowBytes = width * placeBytes;
  const count = f32x4.splat(<f32>(windowHeight * windowWidth));
  for (let s = 0; s < samples; s++) {
    let to = target;
    for (let y = 0; y <= height - windowHeight; y += stride) {
      for (let x = 0; x <= width - windowWidth; x += stride) {
        const window = input + y * rowBytes + x * placeBytes;
        for (let c = 0; c < channels; c += 4) {
          let sum = f32x4.splat(0);
          for (let a = 0; a < windowHeight; a++) {
            let at = window + a * rowBytes + (c << 2);
            for (let b = 0; b < windowWidth; b++) {
              sum = f32x4.add(sum, v128.load(at));
              at += placeBytes;
            }
          }
          storePartial(to + (c << 2), f32x4.div(sum, count), channels - c);
        }
        to += placeBytes;
      }
    }
    target += targetStride << 2;
    input += inputStride << 2;
  }
}

export function averagePoolBackward(
  target: usize,
  targetStride: i32,
  deltas: usize,
  deltaStride: i32,
  samples: i32,
  height: i32,
  width: i32,
  channels: i32,
  windowHeight: i32,
  windowWidth: i32,
  stride: i32,
): void {
  const placeBytes = channels << 2;
  const rowBytes = width * placeBytes;
  const count = f32x4.splat(<f32>(windowHeight * windowWidth));
  for (let s = 0; s < samples; s++) {
    memory.fill(target, 0, height * rowBytes);
    let delta = deltas;
    for (let y = 0; y <= height - windowHeight; y += stride) {
      for (let x = 0; x <= width - windowWidth; x += stride) {
        const window = target + y * rowBytes + x * placeBytes;
        for (let c = 0; c < channels; c += 4) {
          const share = f32x4.div(v128.load(delta + (c << 2)), count);
          for (let a = 0; a < windowHeight; a++) {
            let at = window + a * rowBytes + (c << 2);
            for (let b = 0; b < windowWidth; b++) {
              storePartial(at, f32x4.add(v128.load(at), share), channels - c);
              at += placeBytes;
            }
          }
        }
        delta += placeBytes;
      }
    }
    target += targetStride << 2;
    deltas += deltaStride << 2;
  }
}

export function transposeRows(
  target: usize,
  targetStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  rows: i32,
  columns: i32,
): void {
  const columnBytes = rows << 2;
  for (let s = 0; s < samples; s++) {
    let from = input;
    for (let r = 0; r < rows; r++) {
      let to = target + (r << 2);
      for (let c = 0; c < columns; c++) {
        store<f32>(to, load<f32>(from));
        from += 4;
        to += columnBytes;
      }
    }
    target += targetStride << 2;
    input += inputStride << 2;
  }
}
