/**
 * @file Rounds values to the form in which they travel, and converts them to bytes and back, in a kernel's memory. The
 * sums along the tree use it at every node, so that a node has the same value wherever it is computed (invariant 2).
 */
import { assert } from "../assert.ts";
import type { Kernel, KernelFunctions } from "../kernels/kernel.ts";
import { ofHalf } from "../kernels/plain/forms/halves.ts";
import { stateOf } from "../random.ts";
import type { Block } from "../run/tree.ts";
import {
  chunkValues,
  exponentsAt,
  partBytes,
  tensorBytes,
  type TensorLayout,
  type WireName,
} from "../run/wire.ts";

/** Which values are rounded. Random rounding draws from it, and from nothing else but the seed. */
export interface NodeOfStep {
  readonly step: number;
  /** The node of the step's tree. */
  readonly block: Block;
}

export interface WireForm {
  /** Whether `round` changes anything. */
  readonly isRounded: boolean;
  /** Length of the bytes. */
  readonly byteLength: number;
  /**
   * Rounds in place. Values of which one is NaN or ±∞ stay so.
   *
   * @param pointer - To `[valueCount]` float32.
   * @param of - Whose values they are.
   */
  round(pointer: number, of: NodeOfStep): void;
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

/** What a part of a tensor needs. `round` may draw: two words of a key follow the count. */
interface FormFunctions {
  readonly round: (pointer: number, count: number, key0: number, key1: number) => void;
  readonly pack: KernelFunctions["packHalves"];
  readonly unpack: KernelFunctions["unpackHalves"];
}

/** The forms, one row each. */
const forms: Readonly<Record<WireName, (kernel: Kernel) => FormFunctions>> = {
  float32: ({ views }) => {
    const copy = (target: number, source: number, count: number) =>
      views.u8.copyWithin(target, source, source + 4 * count);
    return {
      round() {},
      pack: copy,
      unpack(...of) {
        copy(...of);
        return 1;
      },
    };
  },
  float16: ({ functions }) => ({
    round: (pointer, count) => functions.roundToHalves(pointer, count),
    pack: functions.packHalves,
    unpack: functions.unpackHalves,
  }),
  int8: ({ functions }) => ({
    round: functions.roundToBytes,
    pack: functions.packBytes,
    unpack: functions.unpackBytes,
  }),
};

/**
 * @param layout - Of every tensor. Memory for one of them, as bytes, is allocated if a part is not float32.
 * @param seed - The run's. Only int8 draws from it, and only when it rounds.
 */
export function createWireForm(kernel: Kernel, layout: TensorLayout, seed = 0): WireForm {
  const byteLength = tensorBytes(layout);
  const check = (bytes: Uint8Array) => {
    const got = bytes.byteLength;
    assert(got === byteLength, () => `a tensor has ${byteLength} bytes, got ${got}`);
  };
  if (layout.every(({ form }) => form === "float32")) {
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
  const parts = placed(kernel, layout);
  const key = new Uint32Array(4);
  return {
    isRounded: true,
    byteLength,
    round(pointer, { step, block }) {
      const [key0 = 0, key1 = 0] = stateOf([seed, step, block.start, block.end], key);
      for (const { values, count, round } of parts) round(pointer + values, count, key0, key1);
    },
    pack(pointer) {
      for (const { values, bytes, count, pack } of parts) {
        pack(packed + bytes, pointer + values, count);
      }
      return kernel.views.u8.subarray(packed, packed + byteLength);
    },
    unpack(pointer, given) {
      check(given);
      kernel.views.u8.set(given, packed);
      let isRight = true;
      for (const { values, bytes, count, unpack } of parts) {
        isRight = unpack(pointer + values, packed + bytes, count) === 1 && isRight;
      }
      return isRight;
    },
  };
}

/** The parts with their places: byte offsets among the float32 values and among the bytes. */
function placed(kernel: Kernel, layout: TensorLayout) {
  let [values, bytes] = [0, 0];
  return layout.map((part) => {
    const { count } = part;
    const place = { values, bytes, count, ...forms[part.form](kernel) };
    values += 4 * count;
    bytes += partBytes(part);
    return place;
  });
}

/** The forms of tensors of different lengths, each created when it is first asked for. */
export function wireForms(
  kernel: Kernel,
  layout: (valueCount: number) => TensorLayout,
  seed: number,
): (valueCount: number) => WireForm {
  const created = new Map<number, WireForm>();
  return (valueCount) => {
    const form = created.get(valueCount) ?? createWireForm(kernel, layout(valueCount), seed);
    created.set(valueCount, form);
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
  const exponent = view.getInt8(exponentsAt({ form, count }) + Math.floor(index / chunkValues));
  const value = form === "int8" ? view.getInt8(index) : ofHalf(view.getUint16(2 * index, true));
  return value * 2 ** exponent;
}
