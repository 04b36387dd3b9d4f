/**
 * @file What the library is in a browser, besides `startWorker`, which is a page's: it opens trained networks and answers
 * with them. No network is trained here, and nothing is read from a disk.
 */
import kernelBytes from "../../build/kernel.wasm";
import type * as Library from "../../library-browser-types.d.ts";
import { compileKernel } from "../../shared/kernels/kernel.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { decodedModel, Models } from "./model.ts";

export { OperatorError };

const models = new Models(() => compileKernel(kernelBytes));

export const loadCheckpoint: typeof Library.loadCheckpoint = async (source) =>
  models.add(decodedModel(source instanceof Uint8Array ? source : new Uint8Array(source)));

export const predict: typeof Library.predict = async (model, samples) =>
  await models.predict(model, samples);
