/** @file npy and npz files for tests, as NumPy writes them. */
import { crc32, deflateRawSync } from "node:zlib";

export interface NpyRecipe {
  readonly descr: string;
  readonly shape: readonly number[];
  /** In the order of the file. */
  readonly values: readonly number[];
  readonly isFortran?: boolean;
  /** 1, 2 or 3. */
  readonly version?: number;
}

type Set = (view: DataView, at: number, value: number, little: boolean) => void;
const setters: Readonly<Record<string, Set>> = {
  b1: (view, at, value) => view.setUint8(at, value),
  u1: (view, at, value) => view.setUint8(at, value),
  u2: (view, at, value, little) => view.setUint16(at, value, little),
  i1: (view, at, value) => view.setInt8(at, value),
  i2: (view, at, value, little) => view.setInt16(at, value, little),
  i4: (view, at, value, little) => view.setInt32(at, value, little),
  i8: (view, at, value, little) => view.setBigInt64(at, BigInt(value), little),
  f2: (view, at, value, little) => view.setUint16(at, value, little),
  f4: (view, at, value, little) => view.setFloat32(at, value, little),
  f8: (view, at, value, little) => view.setFloat64(at, value, little),
};

/** The bytes of a file. Values of `f2` are given as their 16 bits. */
export function npy({ descr, shape, values, isFortran = false, version = 1 }: NpyRecipe): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const order = isFortran ? "True" : "False";
  const fields = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${sizes}), }`;
  const lengthBytes = version === 1 ? 2 : 4;
  const total = Math.ceil((8 + lengthBytes + fields.length + 1) / 64) * 64;
  const header = `${fields.padEnd(total - 8 - lengthBytes - 1)}\n`;
  const start = Buffer.alloc(8 + lengthBytes);
  start.write("\u0093NUMPY", "latin1");
  start.writeUInt8(version, 6);
  if (version === 1) start.writeUInt16LE(header.length, 8);
  else start.writeUInt32LE(header.length, 8);
  const [, type = ""] = /(\w\d)$/u.exec(descr) ?? [];
  const width = Number(type[1]);
  const data = Buffer.alloc(values.length * width);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (const [i, value] of values.entries()) {
    setters[type]?.(view, i * width, value, !descr.startsWith(">"));
  }
  return Buffer.concat([start, Buffer.from(header, "latin1"), data]);
}

/** A zip file; `isWide` writes sizes in 64 bits, as NumPy does for what may be large. */
export function zip(
  files: Readonly<Record<string, Uint8Array>>,
  {
    isDeflated = false,
    isWide = false,
    method,
  }: { readonly isDeflated?: boolean; readonly isWide?: boolean; readonly method?: number } = {},
): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(files)) {
    const packed = isDeflated ? deflateRawSync(bytes) : Buffer.from(bytes);
    const wide = Buffer.alloc(isWide ? 20 : 0);
    if (isWide) {
      wide.writeUInt16LE(1, 0);
      wide.writeUInt16LE(16, 2);
      wide.writeBigUInt64LE(BigInt(bytes.length), 4);
      wide.writeBigUInt64LE(BigInt(packed.length), 12);
    }
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method ?? (isDeflated ? 8 : 0), 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(isWide ? 0xffff_ffff : packed.length, 14);
    common.writeUInt32LE(isWide ? 0xffff_ffff : bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    common.writeUInt16LE(wide.length, 24);
    const local = Buffer.concat([signature(0x04034b50), common, Buffer.from(name), wide, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    const made = [signature(0x02014b50), Buffer.alloc(2), common, tail, Buffer.from(name), wide];
    locals.push(local);
    directory.push(Buffer.concat(made));
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(locals.length, 4);
  end.writeUInt16LE(locals.length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, entries, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
