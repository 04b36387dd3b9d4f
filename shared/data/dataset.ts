/** @file A dataset in memory. The files beside this one read, draw, download and encode it. */
import type { Preprocessing } from "./preprocessing.ts";

/** Samples with their targets. */
export interface Split {
  readonly count: number;
  /**
   * Shape `[count, featureCount]`, row by row. A byte means `fround(byte / 255)`; a float32 value means itself. Of a
   * text, whose targets are `tokens`, all of its tokens; `text/windows.ts` says where a sample begins.
   */
  readonly features: Uint8Array | Uint16Array | Float32Array;
  /** What the network should answer for each sample. The dataset's `target` says what they mean and their type. */
  readonly targets: Uint8Array | Uint16Array | Float32Array;
}

/** What the targets of a dataset mean. `names`, if present, has one name per class, value or flag. */
export type Target =
  | {
      /** One class per sample, in [0, count): `[n]` bytes, or 16-bit integers for more than 256 classes. */
      readonly kind: "classes";
      readonly count: number;
      readonly names?: readonly string[] | undefined;
    }
  | {
      /** Numbers, standardised: `[n, count]` float32. The number in the data is `value · scale + mean`. */
      readonly kind: "values";
      readonly count: number;
      readonly names?: readonly string[] | undefined;
      /** One per value, from the training split only. Absent: the values are those in the data. */
      readonly scales?: readonly { readonly mean: number; readonly scale: number }[] | undefined;
    }
  | {
      /** Several independent yes-or-no answers: `[n, count]` bytes, 0 or 1. */
      readonly kind: "flags";
      readonly count: number;
      readonly names?: readonly string[] | undefined;
    }
  | {
      /** The token after each of a sample's, in [0, count): bytes, or 16-bit integers for more than 256 tokens. */
      readonly kind: "tokens";
      readonly count: number;
      /** What they are is in the preprocessing. */
      readonly names?: undefined;
    };

export const splitNames = ["train", "validation", "test"] as const;
export type SplitName = (typeof splitNames)[number];

export interface Dataset {
  /** A name for people: `digits`, `mnist`, a folder's name. */
  readonly name: string;
  /** SHA-256 of the canonical bytes in lower-case hex; identifies the dataset. */
  readonly sha256: string;
  /** The shape of one sample, outermost dimension first: `[28, 28]` for an image of 28 rows. */
  readonly featureShape: readonly number[];
  /** Product of `featureShape`. */
  readonly featureCount: number;
  readonly target: Target;
  /** How one raw record becomes the features of a sample. Absent: the features are the record. */
  readonly preprocessing?: Preprocessing;
  readonly train: Split;
  /** Samples that training is watched with, so that the test split can wait until the end. */
  readonly validation?: Split;
  readonly test: Split;
}

/** The kind of the targets and their number: of the classes, or of the values or flags of a sample. */
export type TargetForm = Pick<Target, "kind" | "count">;

/** The array in which targets of this kind are stored, and how many values a sample has; of tokens each step. */
export function targetForm({ kind, count }: TargetForm): {
  readonly type: Uint8ArrayConstructor | Uint16ArrayConstructor | Float32ArrayConstructor;
  readonly perSample: number;
} {
  if (kind === "values") return { type: Float32Array, perSample: count };
  if (kind === "flags") return { type: Uint8Array, perSample: count };
  return { type: count > byteClassesMax ? Uint16Array : Uint8Array, perSample: 1 };
}

/** A class or a token is stored in one byte up to this many, else in two. */
export const byteClassesMax = 256;

/** Room for the classes of `sampleCount` samples: all class 0. */
export function createLabels(sampleCount: number, classCount: number): Uint8Array | Uint16Array {
  return new (classCount > byteClassesMax ? Uint16Array : Uint8Array)(sampleCount);
}
