/**
 * @file Rounds values to the form in which they travel, and converts them to bytes and back, in a kernel's memory. The
 * sums along the tree use it at every node, so that a node has the same value wherever it is computed (invariant 2).
 */
import { assert } from "../assert.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { ofHalf } from "../kernels/plain/forms/halves.ts";
import { chunkValues, tensorBytes, type WireName } from "../run/wire.ts";

export interface WireForm {
  /** Whether `round` changes anything. */
  readonly isRounded: boolean;
  /** Length of the bytes. */
  readonly byteLength: number;
  /**
   * Rounds in place. Values of which one is NaN or ±∞ stay so.
   *
   * @param pointer - To `[valueCount]` float32.
   */
  round(pointer: number): void;
  /**
   * The bytes of rounded, finite values.
   *
   * @returns A view of the kernel's memory, good until the next call or until that memory grows.
   */
  pack(pointer: number): Uint8Array;
  /**
   * Writes the values of these bytes to `pointer`. They may be NaN or ±∞.
   *
   * @returns Whether `pack` would return the same bytes.
   */
  unpack(pointer: number, bytes: Uint8Array): boolean;
}

/**
 * @param valueCount - Values of every tensor. Memory for one of them, as bytes, is allocated if the form needs it.
 */
export function createWireForm(kernel: Kernel, name: WireName, valueCount: number): WireForm {
  const byteLength = tensorBytes(name, valueCount);
  const check = (bytes: Uint8Array) => {
    const got = bytes.byteLength;
    assert(got === byteLength, () => `a tensor has ${byteLength} bytes, got ${got}`);
  };
  const { functions } = kernel;
  if (name === "float32") {
    return {
      isRounded: false,
      byteLength,
      round() {},
      pack: (pointer) => kernel.views.u8.subarray(pointer, pointer + byteLength),
      unpack(pointer, bytes) {
        check(bytes);
        kernel.views.u8.set(bytes, pointer);
        return true;
      },
    };
  }
  const packed = kernel.arena.allocate(byteLength);
  return {
    isRounded: true,
    byteLength,
    round: (pointer) => functions.roundToHalves(pointer, valueCount),
    pack(pointer) {
      functions.packHalves(packed, pointer, valueCount);
      return kernel.views.u8.subarray(packed, packed + byteLength);
    },
    unpack(pointer, bytes) {
      check(bytes);
      kernel.views.u8.set(bytes, packed);
      return functions.unpackHalves(pointer, packed, valueCount) === 1;
    },
  };
}

/** The forms of tensors of different lengths, each created when it is first asked for. */
export function wireForms(kernel: Kernel, name: WireName): (valueCount: number) => WireForm {
  const forms = new Map<number, WireForm>();
  return (valueCount) => {
    const form = forms.get(valueCount) ?? createWireForm(kernel, name, valueCount);
    forms.set(valueCount, form);
    return form;
  };
}

/**
 * Reads one value of a tensor, for a look at a few of them.
 *
 * @param count - How many values the tensor has.
 */
export function valueIn(tensor: Uint8Array, index: number, form: WireName, count: number): number {
  const view = new DataView(tensor.buffer, tensor.byteOffset, tensor.byteLength);
  if (form === "float32") return view.getFloat32(4 * index, true);
  const exponent = view.getInt8(2 * count + Math.floor(index / chunkValues));
  return ofHalf(view.getUint16(2 * index, true)) * 2 ** exponent;
}
