/**
 * @file A trained model as NumPy's npz: a zip file with one npy file per tensor, in PyTorch's names and layout. Not
 * packed, because float32 parameters hardly shrink.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @see PKWARE, APPNOTE.TXT 6.3.10
 */
import { crc32 } from "node:zlib";

import { bytesOf } from "../../shared/bytes.ts";
import { toTorch } from "../storage/torch-layout.ts";
import type { TrainedModel } from "./trained-model.ts";

/** @returns At most 4 GiB, which no model reaches. */
export function encodeNpz({ config, parameters }: TrainedModel): Uint8Array<ArrayBuffer> {
  const files = [...toTorch(parameters, config.model)].map(([name, { shape, data }]) => ({
    name: `${name}.npy`,
    bytes: npyOf(shape, data),
  }));
  return zipOf(files);
}

/** The data of an npy file begin at a multiple of this. */
const npyAlignment = 64;
const npyMagic = "\u0093NUMPY\u0001\u0000";

/** An array in C order, of format version 1.0. */
function npyOf(shape: readonly number[], data: Float32Array): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const before = npyMagic.length + 2;
  const end = Math.ceil((before + description.length + 1) / npyAlignment) * npyAlignment;
  const bytes = Buffer.alloc(end + data.byteLength);
  bytes.write(npyMagic, 0, "latin1");
  bytes.writeUInt16LE(end - before, npyMagic.length);
  bytes.write(`${description.padEnd(end - before - 1)}\n`, before, "latin1");
  bytes.set(bytesOf(data), end);
  return bytes;
}

const localHeaderBytes = 30;
const entryBytes = 46;
const endBytes = 22;
/** Version 2.0 of the format, names in UTF-8, stored as they are; the oldest date that the format has. */
const version = 20;
const utf8Flag = 0x0800;
const dosDate = 0x21;

interface ZipFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function zipOf(files: readonly ZipFile[]): Uint8Array<ArrayBuffer> {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const encoded = Buffer.from(name);
    const local = Buffer.alloc(localHeaderBytes);
    local.writeUInt32LE(0x04034b50);
    writeFields(local, 4, { bytes, nameBytes: encoded.length });
    const entry = Buffer.alloc(entryBytes);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(version, 4);
    writeFields(entry, 6, { bytes, nameBytes: encoded.length });
    entry.writeUInt32LE(offset, 42);
    locals.push(local, encoded, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    entries.push(entry, encoded);
    offset += localHeaderBytes + encoded.length + bytes.length;
  }
  const directoryBytes = entries.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(endBytes);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...locals, ...entries, end]));
}

/** The fields that a local header and its entry in the directory share. */
function writeFields(
  header: Buffer,
  at: number,
  { bytes, nameBytes }: { readonly bytes: Uint8Array; readonly nameBytes: number },
): void {
  header.writeUInt16LE(version, at);
  header.writeUInt16LE(utf8Flag, at + 2);
  header.writeUInt16LE(dosDate, at + 8);
  header.writeUInt32LE(crc32(bytes), at + 10);
  header.writeUInt32LE(bytes.length, at + 14);
  header.writeUInt32LE(bytes.length, at + 18);
  header.writeUInt16LE(nameBytes, at + 22);
}
