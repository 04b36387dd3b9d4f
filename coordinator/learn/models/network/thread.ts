/**
 * @file The web worker behind the page: it trains the page's own network, or takes another, and answers questions in
 * their order. Bundled as `learn-thread.js`.
 */
import kernelBytes from "../../../../build/kernel.wasm";
import {
  createPlainKernel,
  instantiateKernel,
  type Kernel,
} from "../../../../shared/kernels/kernel.ts";
import { answer } from "./answers.ts";
import { NetworkLab } from "./lab.ts";
import { trainOwn } from "./source.ts";
import type { ThreadReply, ThreadRequest } from "./thread-messages.ts";

let lab: NetworkLab | undefined;

addEventListener("message", ({ data }: MessageEvent<ThreadRequest>) => {
  if (data.kind === "use") lab = new NetworkLab(newKernel(), data.source);
  else {
    lab ??= own();
    reply({ kind: "answer", body: answer(lab, data.question) });
  }
});

function own(): NetworkLab {
  const source = trainOwn(newKernel());
  reply({ kind: "trained", source });
  return new NetworkLab(newKernel(), source);
}

function reply(message: ThreadReply): void {
  postMessage(message);
}

/** The SIMD kernel, or its plain twin with the same bits. A kernel's memory only grows, so each use has its own. */
function newKernel(): Kernel {
  try {
    return instantiateKernel(kernelBytes);
  } catch {
    return createPlainKernel();
  }
}
