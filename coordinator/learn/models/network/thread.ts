/**
 * @file The web worker behind the page: it trains the page's own network, or takes another, and answers questions in
 * their order. Bundled as `learn-thread.js`.
 */
import { createKernel } from "../../kernel.ts";
import { answer } from "./answers.ts";
import { networkIn } from "./checkpoint.ts";
import { NetworkLab } from "./lab.ts";
import { sourceOf, sourceOfFile, trainOwn } from "./source.ts";
import type { ThreadReply, ThreadRequest } from "./thread-messages.ts";

let lab: NetworkLab | undefined;
/** The end of the work so far: requests are done one after another. */
let done = Promise.resolve();

addEventListener("message", ({ data }: MessageEvent<ThreadRequest>) => {
  done = done.then(async () => await work(data));
});

async function work(request: ThreadRequest): Promise<void> {
  try {
    if (request.kind === "use") lab = new NetworkLab(await createKernel(), sourceOf(request.run));
    else if (request.kind === "read") await readFile(request.bytes);
    else {
      lab ??= await trainLab();
      reply({ kind: "answer", body: answer(lab, request.question) });
    }
  } catch {
    // As for lack of memory. The page says so; the next question may still have an answer.
    reply({ kind: "failed" });
  }
}

async function readFile(bytes: Uint8Array): Promise<void> {
  const network = networkIn(bytes);
  if (network !== undefined) lab = new NetworkLab(await createKernel(), sourceOfFile(network));
  reply({ kind: "read", step: network?.step });
}

/** A kernel's memory only grows, so what the training needed is freed with its kernel. */
async function trainLab(): Promise<NetworkLab> {
  const source = trainOwn(await createKernel());
  reply({ kind: "trained", source });
  return new NetworkLab(await createKernel(), source);
}

function reply(message: ThreadReply): void {
  postMessage(message);
}
