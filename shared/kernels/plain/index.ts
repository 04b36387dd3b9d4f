/** @file All plain twins, under the names of the WebAssembly functions. */
export * from "./activations.ts";
export * from "./attention.ts";
export * from "./convolution.ts";
export * from "./dense.ts";
export { packBytes, roundToBytes, unpackBytes } from "./forms/bytes.ts";
export { packHalves, roundToHalves, unpackHalves } from "./forms/halves.ts";
export * from "./gather.ts";
export * from "./hash/sha256.ts";
export * from "./losses.ts";
export * from "./normalization.ts";
export * from "./optimizers.ts";
export * from "./pooling.ts";
export * from "./pictures.ts";
export * from "./random.ts";
export * from "./sparse.ts";
export * from "./vector.ts";
