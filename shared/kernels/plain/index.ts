/** @file Every plain twin, by the name that its WebAssembly function is exported under. */
export * from "./vector.ts";
