/** @file What the WebAssembly kernel exports: every function of every file beside this one. */
export * from "./vector";
