/** @file Pictures for tests, made with the optional package `sharp`; and one PNG made without it. */
import { crc32, deflateSync } from "node:zlib";

/** What the tests use of `sharp`. Its own types are missing where it is not installed. */
export type Maker = (input: Uint8Array | object, options?: object) => Made;
export interface Made {
  png: (options?: object) => Made;
  jpeg: (options?: object) => Made;
  webp: (options?: object) => Made;
  gif: (options?: object) => Made;
  tiff: (options?: object) => Made;
  toColourspace: (space: string) => Made;
  withMetadata: (options: object) => Made;
  toBuffer: () => Promise<Buffer>;
}

const packageName: string = "sharp";

/** `undefined`, with a visible line, where the package is not installed. */
export async function maker(): Promise<Maker | undefined> {
  try {
    const loaded = (await import(packageName)) as { readonly default: Maker };
    return loaded.default;
  } catch {
    process.stdout.write("skipped: sharp is not installed\n");
    return undefined;
  }
}

export type Rgb = readonly [number, number, number];

/** A picture of one colour, left half and right half. */
export function halves(
  make: Maker,
  width: number,
  height: number,
  [left, right]: readonly [Rgb, Rgb],
): Made {
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) pixels.set(i % width < width / 2 ? left : right, 3 * i);
  return make(pixels, { raw: { width, height, channels: 3 } });
}

/** A PNG of `rows` of samples, made by hand: 8 or 16 bits, colour type 0 (grey), 2 (RGB), 4 (grey, alpha) or 6 (RGBA). */
export function png(
  rows: readonly (readonly number[])[],
  { colorType = 0, bits = 8 }: { readonly colorType?: 0 | 2 | 4 | 6; readonly bits?: 8 | 16 } = {},
): Buffer {
  const channels = { 0: 1, 2: 3, 4: 2, 6: 4 }[colorType];
  const header = Buffer.alloc(13);
  header.writeUInt32BE((rows[0]?.length ?? 0) / channels, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([bits, colorType, 0, 0, 0], 8);
  const lines = rows.map((row) => {
    const line = Buffer.alloc(1 + (row.length * bits) / 8);
    for (const [i, value] of row.entries()) {
      if (bits === 16) line.writeUInt16BE(value, 1 + 2 * i);
      else line[1 + i] = value;
    }
    return line;
  });
  return Buffer.concat([
    Buffer.from("\u0089PNG\r\n\u001a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(lines))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
