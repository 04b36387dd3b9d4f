/** @file A picture in shades of grey, made of block characters: one character is one column and two rows of pixels. */

const shades = [" ", "░", "▒", "▓", "█"] as const;

/**
 * Draws a grey picture.
 *
 * @param pixels - Shape `[rows, columns]`; 0 is empty, `largest` full. Values outside are drawn like the nearest.
 * @returns One line for every two rows, each as wide as the picture.
 */
export function pictureLines(
  pixels: ArrayLike<number>,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  largest = 1,
): string[] {
  const shadeAt = (row: number, column: number) => {
    const upper = pixels[row * columns + column] ?? 0;
    const lower = row + 1 < rows ? (pixels[(row + 1) * columns + column] ?? 0) : upper;
    const share = (upper + lower) / (2 * largest);
    const index = Math.round(share * (shades.length - 1));
    return shades[Math.min(Math.max(index, 0), shades.length - 1)] ?? " ";
  };
  return Array.from({ length: Math.ceil(rows / 2) }, (_, line) =>
    Array.from({ length: columns }, (_pixel, column) => shadeAt(2 * line, column)).join(""),
  );
}
