/**
 * @file A worker that costs next to nothing: it speaks the protocol over a real socket and answers at once with a
 * gradient that it made up beforehand, so that what is measured is the coordinator.
 */
import { WebSocket } from "ws";

import { instantiateKernel } from "../../shared/kernels/kernel.ts";
import { encodeHead } from "../../shared/protocol/codec.ts";
import { protocolVersion } from "../../shared/protocol/limits.ts";
import {
  type CoordinatorMessage,
  decodeCoordinatorMessage,
  type WorkerMessage,
} from "../../shared/protocol/messages.ts";
import { selfTest } from "../../shared/run/self-test.ts";
import { loadKernelWasm } from "../support/kernel-wasm.ts";

/** What a worker of this very program says of its kernel. */
const identity = identityOfThisKernel(await loadKernelWasm());

function identityOfThisKernel(wasm: Uint8Array): { kernel: string; selfTest: string } {
  const kernel = instantiateKernel(wasm);
  return { kernel: kernel.id, selfTest: selfTest(kernel) };
}

/** Counts of ten classes. */
const noConfusion = new Uint8Array(4 * 10 * 10);

export class LightClient {
  readonly welcomed: Promise<void>;
  /** Of the last work that came. */
  lastStep = 0;
  readonly #socket: WebSocket;
  readonly #gradient: Uint8Array;

  /** @param gradient - Sent for every block: of the run's length, or empty for a worker that is never ready. */
  constructor(url: string, gradient = new Uint8Array(0)) {
    this.#gradient = gradient;
    this.#socket = new WebSocket(`${url.replace(/^http/u, "ws")}/worker`, {
      perMessageDeflate: false,
      maxPayload: 2 ** 30,
      generateMask: (mask) => void mask.fill(0),
    });
    this.#socket.once("open", () => this.#hello());
    this.welcomed = new Promise((resolve, reject) => {
      this.#socket.once("error", reject);
      this.#socket.once("close", (code) =>
        reject(new Error(`a light client was refused: ${code}`)),
      );
      this.#socket.on("message", (data: Buffer) => {
        const { header } = decodeCoordinatorMessage(data);
        if (header.type === "welcome") resolve();
        this.#answer(header);
      });
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  #hello(): void {
    const { kernel } = identity;
    const about = { name: "light", kind: "node", agent: "bench", threads: 1 } as const;
    this.#send({
      type: "hello",
      protocol: protocolVersion,
      token: "",
      ...about,
      kernel,
      session: "",
    });
  }

  #answer(header: CoordinatorMessage): void {
    if (header.type === "run" && this.#gradient.length > 0) {
      const { run } = header;
      this.#send({ type: "ready", run, selfTest: identity.selfTest, samplesPerSecond: 1e6 });
    }
    if (header.type !== "work" && header.type !== "evaluate") return;
    const { run, step } = header;
    this.lastStep = step;
    const isWork = header.type === "work";
    for (const block of header.blocks) {
      const answer = { run, step, block, computeMs: 0, lossSum: 1, correct: 0 };
      if (isWork) this.#send({ type: "gradient", ...answer }, this.#gradient);
      else this.#send({ type: "evaluation", ...answer }, noConfusion);
    }
  }

  #send(header: WorkerMessage, tensor?: Uint8Array): void {
    if (tensor === undefined) return this.#socket.send(encodeHead(header, 0));
    this.#socket.send(encodeHead(header, tensor.length), { binary: true, fin: false });
    this.#socket.send(tensor, { binary: true, fin: true });
  }
}
