/** @file Moves the pixels of pictures. Documented at its twin in `plain/pictures.ts`. */

export function movePictures(
  target: usize,
  targetStride: i32,
  sampleCount: i32,
  height: i32,
  width: i32,
  channels: i32,
  crop: i32,
  moves: usize,
  scratch: usize,
): void {
  const pixelBytes = channels << 2;
  const pictureBytes = height * width * pixelBytes;
  for (let s = 0; s < sampleCount; s++) {
    const isMirrored = load<i32>(moves) == 1;
    const top = load<i32>(moves, 4);
    const left = load<i32>(moves, 8);
    memory.copy(scratch, target, pictureBytes);
    let to = target;
    for (let y = 0; y < height; y++) {
      const fromY = top + <i32>((<i64>y * (height - crop)) / height);
      const isRowInside = fromY >= 0 && fromY < height;
      for (let x = 0; x < width; x++) {
        const column = isMirrored ? width - 1 - x : x;
        const fromX = left + <i32>((<i64>column * (width - crop)) / width);
        if (isRowInside && fromX >= 0 && fromX < width) {
          const from = scratch + <usize>((fromY * width + fromX) * pixelBytes);
          for (let c = 0; c < pixelBytes; c += 4) store<u32>(to + c, load<u32>(from + c));
        } else {
          memory.fill(to, 0, pixelBytes);
        }
        to += pixelBytes;
      }
    }
    target += targetStride << 2;
    moves += 12;
  }
}
