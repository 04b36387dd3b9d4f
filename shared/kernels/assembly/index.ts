/** @file The exports of the WebAssembly kernel: every function of every file here, in `forms` and in `hash`. */
export * from "./activations";
export * from "./attention";
export * from "./convolution";
export * from "./convolution-gradient";
export * from "./dense";
export * from "./forms/bytes";
export * from "./forms/halves";
export * from "./gather";
export * from "./hash/sha256";
export * from "./losses";
export * from "./normalization";
export * from "./optimizers";
export * from "./pooling";
export * from "./pictures";
export * from "./random";
export * from "./sparse";
export * from "./vector";
