/**
 * @file The real coordinator with a real run on a tiny dataset, and peers that compute and send only what the test
 * asks for: no sockets, and a clock that only the test moves.
 */
import type { AuditPolicy } from "../../../../coordinator/audit/audit-policy.ts";
import type { PeerHandler, PeerSocket } from "../../../../coordinator/edge/peer.ts";
import { createRun, createStore } from "../../../../coordinator/run/create-run.ts";
import type { ParameterStore } from "../../../../coordinator/run/parameter-store.ts";
import type { TrainingRun } from "../../../../coordinator/run/training-run.ts";
import type { CoordinatorEvent } from "../../../../coordinator/run/view.ts";
import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { WorkerSessions } from "../../../../coordinator/workers/worker-sessions.ts";
import { known } from "../../../../shared/assert.ts";
import { bytesOf } from "../../../../shared/bytes.ts";
import { createEngine } from "../../../../shared/engine/engine.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { parameterCount } from "../../../../shared/model/layout.ts";
import { encodeMessage } from "../../../../shared/protocol/codec.ts";
import {
  type CoordinatorMessage,
  decodeCoordinatorMessage,
  type ResultMessage,
  type WorkerMessage,
  type WorkMessage,
} from "../../../../shared/protocol/messages.ts";
import { pointFrom } from "../../../../shared/protocol/points.ts";
import { answerFor, blockOf, isWork, kindAsked } from "../../../../shared/protocol/rounds.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { HeldPoint } from "../../../../shared/run/point-update.ts";
import { movesByUpdates } from "../../../../shared/run/wire.ts";
import { quoted, sayAtTerminal } from "../../../../shared/words/sentence.ts";
import type { Sent } from "../../../support/attacks/message-attacks.ts";
import { type Knowledge, rightBytes } from "../../../support/attacks/right-messages.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";

const joinToken = "join-token";
/** Hash of the kernel and of the self-test. */
const hash = "0123456789abcdef".repeat(4);
const dataset = tinyDataset();

/** 12-5-3 in 4 steps per epoch, each of 7 leaves except the last. */
export function stageConfig(epochs: number): RunConfig {
  return testConfig({ layers: [12, 5, 3], batchSize: 20, shardSize: 3, epochs });
}

/** The fingerprint with which a run of this config must end. */
export function expectedFingerprint(config: RunConfig): string {
  return fingerprintOf(trainSequentially(config, dataset).parameters);
}

export interface StageOptions {
  readonly config: RunConfig;
  readonly minWorkers?: number;
  readonly audit?: AuditPolicy;
}

export class Stage {
  readonly events: CoordinatorEvent[] = [];
  readonly clock = { nowMs: 0 };
  readonly coordinator: WorkerSessions;
  /** All peers that ever connected, in order. */
  readonly peers: Peer[] = [];
  readonly #options: StageOptions;
  readonly #engine;
  #sessions = 0;
  #runs = 0;

  constructor(options: StageOptions) {
    this.#options = options;
    const { config } = options;
    this.#engine = createEngine({ kernel: createPlainKernel(), config, dataset });
    this.coordinator = new WorkerSessions({
      kernel: hash,
      selfTest: hash,
      admits: (token) => token === joinToken,
      now: () => this.clock.nowMs,
      newSession: () => `session-${this.#sessions++}`,
      report: (event) => this.events.push(event),
    });
  }

  /** Starts `run-1`, then `run-2`. */
  start(): StageRun {
    const { config, minWorkers = 1, audit: policy = "none" } = this.#options;
    this.#runs += 1;
    const id = `run-${this.#runs}`;
    const store = createStore({ kernel: createPlainKernel(), config, dataset });
    const run = createRun({
      id,
      store,
      dataset,
      workers: this.coordinator,
      output: { wantsSnapshot: () => false, save: nothing, report: nothing, end: nothing },
      minWorkers,
      audit: { policy, seeds: [1] },
    });
    this.coordinator.start(run, `/data/${hash}`);
    return { run, store };
  }

  connect(address = "10.0.0.9"): Peer {
    const { wire, model } = this.#options.config;
    const held = movesByUpdates(wire) ? new HeldPoint(parameterCount(model)) : undefined;
    const compute = (work: WorkMessage, tensor: Uint8Array) =>
      this.#answersTo(work, known(pointFrom(work, tensor, held), "the point before").parameters);
    const peer = new Peer(this.coordinator, address, compute);
    this.peers.push(peer);
    return peer;
  }

  /** A peer that said hello. */
  join(
    name: string,
    { address, session = "" }: { address?: string; session?: string | undefined } = {},
  ): Peer {
    const peer = this.connect(address);
    peer.deliver(rightBytes("hello", this.knowledgeOf(), { name, session }));
    return peer;
  }

  /** What a peer knows, whatever work it holds, if any. */
  knowledgeOf(
    held?: Answer,
    { run }: { run: { id: string } } = { run: { id: "run-1" } },
  ): Knowledge {
    const { type, step, block } = held?.message ?? {
      type: undefined,
      step: 0,
      block: [0, 1] as const,
    };
    return {
      token: joinToken,
      kernel: hash,
      selfTest: hash,
      run: run.id,
      parameterCount: (12 + 1) * 5 + (5 + 1) * 3,
      classCount: 3,
      asked: { type, step, block, values: held?.values },
    };
  }

  /** The warnings for the operator. */
  get warnings(): string[] {
    return this.events.flatMap((one) =>
      one.event === "warning" ? [sayAtTerminal(one.message)] : [],
    );
  }

  #answersTo(work: WorkMessage, parameters: Uint8Array): Answer[] {
    const { run, step, blocks } = work;
    const kind = kindAsked(work);
    this.#engine.setParameters(parameters);
    return blocks.map(blockOf).map((block) => {
      const result = this.#engine.compute({ kind, step, block });
      const message = answerFor({ run, kind, step, block, computeMs: 1 }, result);
      return { message, values: new Float32Array(result.values.slice().buffer) };
    });
  }
}

const nothing = () => undefined;

export interface StageRun {
  readonly run: TrainingRun;
  readonly store: ParameterStore;
}

export interface Answer {
  readonly message: ResultMessage;
  readonly values: Float32Array;
}

/** A worker that computes and sends only on request. */
export class Peer implements PeerSocket {
  readonly address: string;
  queuedBytes = 0;
  pings = 0;
  readonly heard: CoordinatorMessage[] = [];
  status: number | undefined;
  isAdmitted = false;
  readonly handler: PeerHandler;
  readonly #compute: (work: WorkMessage, parameters: Uint8Array) => Answer[];
  #answers: Answer[] = [];

  constructor(
    coordinator: WorkerSessions,
    address: string,
    compute: (work: WorkMessage, parameters: Uint8Array) => Answer[],
  ) {
    this.address = address;
    this.#compute = compute;
    this.handler = coordinator.connect(this, () => (this.isAdmitted = true));
  }

  getReady(run = "run-1"): void {
    this.say({ type: "ready", run, selfTest: hash, samplesPerSecond: 1_000 });
  }

  send(head: Uint8Array, tensor = new Uint8Array(0)): void {
    const message = decodeCoordinatorMessage(Buffer.concat([head, tensor]));
    this.heard.push(message.header);
    if (isWork(message.header)) {
      this.#answers.push(...this.#compute(message.header, message.tensor));
    }
  }

  ping(): void {
    this.pings += 1;
  }

  close(status: number): void {
    this.status ??= status;
    this.#answers = [];
  }

  terminate(): void {
    this.close(1006);
  }

  deliver(what: Sent): void {
    const { handler } = this;
    if (what === "ping") handler.ping();
    else if (what === "pong") handler.pong();
    else if (what === "text") handler.garbage(quoted("a text"));
    else handler.message(what);
  }

  say(message: WorkerMessage): void {
    this.handler.message(encodeMessage(message));
  }

  tell({ message, values }: Answer): void {
    const bytes = bytesOf(values);
    this.handler.message(encodeMessage(message, bytes));
  }

  /** Answers that it was asked for and has not sent yet. */
  get answers(): readonly Answer[] {
    return this.#answers;
  }

  /** The next answer, if it is a gradient. */
  nextGradient(): Answer | undefined {
    return this.#answers[0]?.message.type === "gradient" ? this.#answers.shift() : undefined;
  }

  /** Sends all answers so far. @returns Whether there were any. */
  answerAll(): boolean {
    const answers = this.#answers.splice(0);
    for (const answer of answers) this.tell(answer);
    return answers.length > 0;
  }
}
