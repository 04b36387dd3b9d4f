/**
 * @file A worker that costs next to nothing: it speaks the protocol over a real socket but does not compute its
 * answers, which may be made up beforehand. So the bench measures the coordinator.
 */
import { WebSocket } from "ws";

import { selfTest } from "../../../shared/engine/self-test.ts";
import { instantiateKernel } from "../../../shared/kernels/kernel.ts";
import { encodeMessage } from "../../../shared/protocol/codec.ts";
import { protocolVersion } from "../../../shared/protocol/limits.ts";
import {
  type CoordinatorMessage,
  decodeCoordinatorMessage,
  type MessageOf,
  type WorkerMessage,
  type WorkMessage,
} from "../../../shared/protocol/messages.ts";
import { answerFor, blockOf, isWork, kindAsked } from "../../../shared/protocol/rounds.ts";
import { loadKernelWasm } from "../../support/fixtures/kernel-wasm.ts";

/** The identity that a real worker with this kernel reports. */
const identity = identityOfThisKernel(await loadKernelWasm());

function identityOfThisKernel(wasm: Uint8Array): { kernel: string; selfTest: string } {
  const kernel = instantiateKernel(wasm);
  return { kernel: kernel.id, selfTest: selfTest(kernel) };
}

/** Counts of ten classes. */
const noConfusion = new Uint8Array(4 * 10 * 10);

type RunMessage = MessageOf<CoordinatorMessage, "run">;

/** The source of the answers. */
export interface Answers {
  /** Resolves when answers for the run's work are available. */
  readonly prepare: (run: RunMessage) => Promise<void>;
  /** The result to send for a block, good until the next call. */
  readonly compute: (
    work: WorkMessage,
    block: readonly [number, number],
    parameters: Uint8Array,
  ) => { readonly lossSum: number; readonly correct: number; readonly values: Uint8Array };
}

/** The same gradient, of the run's length, for every block. */
export function madeUp(gradient: Uint8Array): Answers {
  return {
    prepare: () => Promise.resolve(),
    compute: ({ type }) => ({
      lossSum: 1,
      correct: 0,
      values: type === "work" ? gradient : noConfusion,
    }),
  };
}

export interface LightClientOptions {
  /** If missing, the worker is never ready. */
  readonly answers?: Answers;
  /** The address to connect from, on a machine with several addresses. */
  readonly localAddress?: string;
  /** How long it waits for each leaf before it answers, as if it computed. Otherwise one client is as good as all. */
  readonly leafMs?: number;
  /** Stops reading after it has said that it is ready. */
  readonly isDeaf?: boolean;
}

export class LightClient {
  readonly welcomed: Promise<void>;
  /** Of the last work received. */
  lastStep = 0;
  /** Number of answered blocks. */
  answered = 0;
  isOpen = false;
  readonly #socket: WebSocket;
  readonly #options: LightClientOptions;

  constructor(url: string, options: LightClientOptions = {}) {
    this.#options = options;
    const { localAddress } = options;
    this.#socket = new WebSocket(`${url.replace(/^http/u, "ws")}/worker`, {
      perMessageDeflate: false,
      maxPayload: 2 ** 30,
      generateMask: (mask) => void mask.fill(0),
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    this.#socket.once("open", () => this.#hello());
    this.welcomed = new Promise((resolve, reject) => {
      this.#socket.once("error", reject);
      this.#socket.once("close", (code) => {
        this.isOpen = false;
        reject(new Error(`a light client was refused: ${code}`));
      });
      this.#socket.on("message", (data: Buffer) => {
        const { header, tensor } = decodeCoordinatorMessage(data);
        if (header.type === "welcome") {
          this.isOpen = true;
          resolve();
        }
        if (header.type === "run") void this.#getReady(header);
        if (isWork(header)) this.#answer(header, tensor);
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

  async #getReady(message: RunMessage): Promise<void> {
    const { answers, isDeaf } = this.#options;
    if (answers === undefined) return;
    await answers.prepare(message);
    const { run } = message;
    this.#send({ type: "ready", run, selfTest: identity.selfTest, samplesPerSecond: 1e6 });
    if (isDeaf === true) this.#socket.pause();
  }

  #answer(work: WorkMessage, parameters: Uint8Array): void {
    const { answers, leafMs = 0 } = this.#options;
    if (answers === undefined) return;
    const { run, step } = work;
    const kind = kindAsked(work);
    this.lastStep = step;
    let leaves = 0;
    for (const pair of work.blocks) {
      const block = blockOf(pair);
      const computeMs = leafMs * (block.end - block.start);
      const answer = () => {
        const result = answers.compute(work, pair, parameters);
        this.#send(answerFor({ run, kind, step, block, computeMs }, result), result.values);
        this.answered += 1;
      };
      leaves += block.end - block.start;
      if (leafMs === 0) answer();
      else setTimeout(answer, leafMs * leaves);
    }
  }

  #send(header: WorkerMessage, tensor?: Uint8Array): void {
    this.#socket.send(encodeMessage(header, tensor));
  }
}
