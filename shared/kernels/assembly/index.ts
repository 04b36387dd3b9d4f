/** @file What the WebAssembly kernel exports: every function of every file beside this one. */
export * from "./activations";
export * from "./dense";
export * from "./gather";
export * from "./losses";
export * from "./optimizers";
export * from "./random";
export * from "./sparse";
export * from "./vector";
