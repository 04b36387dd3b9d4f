/**
 * @file Places in a kernel's memory that a section writes again and again. A kernel's memory only grows, so a place is
 * allocated once per kernel and name, and again only if more is needed than before.
 */
import type { Kernel } from "../../../shared/kernels/kernel.ts";

const places = new WeakMap<Kernel, Map<string, { pointer: number; byteLength: number }>>();

/** @returns A pointer to at least `byteLength` bytes, with whatever was there before. */
export function scratch(kernel: Kernel, name: string, byteLength: number): number {
  let ofKernel = places.get(kernel);
  if (ofKernel === undefined) places.set(kernel, (ofKernel = new Map()));
  const found = ofKernel.get(name);
  if (found !== undefined && found.byteLength >= byteLength) return found.pointer;
  const place = { pointer: kernel.arena.allocate(byteLength), byteLength };
  ofKernel.set(name, place);
  return place.pointer;
}
