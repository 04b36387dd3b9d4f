/**
 * @file The worker loop: what a worker sends and how it reacts to what it receives. Platform-free: socket, clock,
 * download and threads are passed in, so Node, a browser and the simulator run this same code.
 *
 * The life of a worker:
 *
 *     connect → hello → welcome → run → (dataset, engine, self-test) → ready → work → results → work → … → end
 *
 * What holds:
 * 1. Nothing that a coordinator sends makes it throw: a bad message costs the connection, and it reconnects.
 * 2. It reconnects with its session, dataset and engine until it is refused for good or asked to leave.
 * 3. A result is sent for the run and step that were asked for, or not at all.
 * 4. While paused it computes nothing.
 * 5. It leaves a coordinator whose term is lower than one that it has seen, because that coordinator has been replaced.
 */
import { assertNever } from "../shared/assert.ts";
import { modelTitle } from "../shared/model/title.ts";
import { encodeHead, readSlice } from "../shared/protocol/codec.ts";
import { closeStatus, ProtocolError } from "../shared/protocol/errors.ts";
import { agentLengthMax, protocolVersion, workerNameLengthMax } from "../shared/protocol/limits.ts";
import {
  type CoordinatorMessage,
  type Decoded,
  decodeCoordinatorMessage,
  type MessageOf,
  type WorkerKind,
  type WorkerMessage,
  type WorkMessage,
} from "../shared/protocol/messages.ts";
import { type Point, Points, type Tail } from "../shared/protocol/points.ts";
import { answerFor, blockOf, kindAsked, pairOf } from "../shared/protocol/rounds.ts";
import { fitForWire } from "../shared/protocol/sentence-schema.ts";
import { type StateSizes, stateSizes } from "../shared/run/kinds.ts";
import { HeldPoint } from "../shared/run/point-update.ts";
import type { Block } from "../shared/run/tree.ts";
import type { UnitResult } from "../shared/run/unit.ts";
import { movesByUpdates } from "../shared/run/wire.ts";
import { hasCode, reasonOf, type Sentence, sentence } from "../shared/words/sentence.ts";
import { coordinatorEnded, describeClosure, kernelRefusal, refusalOf } from "./closure.ts";
import { Connection } from "./connection.ts";
import type { Doors } from "./doors.ts";
import type { Clock, Closure, Connect, LoadDataset } from "./platform.ts";
import { type PreparedRun, RunLoader, type RunMessage } from "./run-loader.ts";
import type { WorkerPhase, WorkerStatus } from "./status.ts";
import type { ComputePool, Job, LoadedRun } from "./threads/compute-pool.ts";
import { JobRunner } from "./threads/job-runner.ts";

export interface WorkerLoopOptions {
  readonly token: string;
  /** The name it asks for; the coordinator adds a number if the name is taken. */
  readonly name: string;
  readonly kind: WorkerKind;
  /** Program and system, shown on the dashboard. */
  readonly agent: string;
  /** SHA-256 of the compute kernel. */
  readonly kernel: string;
  readonly pool: ComputePool;
  readonly connect: Connect;
  /** Where `connect` connects to; absent if there is only one address. */
  readonly doors?: Pick<Doors, "learn" | "next">;
  readonly loadDataset: LoadDataset;
  readonly clock: Clock;
  /** Uniform in [0, 1), for the jitter between retries. */
  readonly random: () => number;
  /** Whether it leaves when the coordinator ends after the run, or waits for the next coordinator. */
  readonly stopsAfterRun: boolean;
  /** The coordinator says that the run is over. If it is absent, `changed` is enough for the owner. */
  readonly ended?: (reason: Sentence, fingerprint: string) => void;
  /** Something in `status` other than counts has changed. Must not throw. */
  readonly changed: (status: WorkerStatus) => void;
}

/** Who is below a relay. */
interface Crew {
  readonly workers: number;
  readonly relays: number;
  readonly branches: readonly MessageOf<WorkerMessage, "crew">["branches"][number][];
}

/** The current run. */
interface RunInHand {
  readonly message: RunMessage;
  readonly sizes: StateSizes;
  /** Only if points move by updates. */
  readonly held: HeldPoint | undefined;
  /** `undefined` until dataset and engine are ready. */
  loaded: PreparedRun | undefined;
}

export class WorkerLoop {
  readonly #options: WorkerLoopOptions;
  readonly #connection: Connection;
  readonly #loader: RunLoader;
  readonly #jobs: JobRunner;
  readonly #points: Points;
  #run: RunInHand | undefined;
  #session = "";
  /** The highest term of a coordinator so far. */
  #term = 0;
  #name: string;
  #phase: WorkerPhase = "connecting";
  #detail: Sentence = sentence("connecting");
  #refusal: Sentence | null = null;
  #receivedBytes = 0;
  /** Whether the coordinator has accepted the current socket's `hello`. */
  #welcomed = false;
  #pauseReason: Sentence | undefined;
  #crew: MessageOf<WorkerMessage, "crew"> | undefined;
  /** Text of the last `error` message, which says more than the close after it. */
  #said: Sentence | undefined;
  /** How the current run ended; `undefined` while it continues. */
  #ended: Sentence | undefined;
  #failed = false;

  constructor(options: WorkerLoopOptions) {
    this.#options = options;
    this.#name = options.name.slice(0, workerNameLengthMax);
    this.#connection = new Connection(options, {
      opening: () => this.#opening(),
      opened: () => this.#hello(),
      message: (fragments) => this.#receive(fragments),
      silent: () => this.#announce(),
      closed: (closure) => this.#closed(closure),
    });
    this.#loader = new RunLoader(options);
    this.#points = new Points({
      passesOn: options.pool.passesOn === true,
      isPaused: () => this.#pauseReason !== undefined,
      differs: () => this.#askForPoint(),
      abandoned: () => this.#jobs.clear(),
    });
    this.#jobs = new JobRunner(options.pool, {
      committed: (job, block, below) => this.#sendCommitment(job, block, below),
      result: (job, block, result, computeMs) => this.#sendResult(job, block, result, computeMs),
      failed: (job, block, reason) => this.#sendFailure(job, block, reason),
    });
  }

  // ── what its owner asks for ─────────────────────────────────────────────────────────────────────────────────────

  /** Connects, and stays connected. */
  start(): void {
    this.#connection.open();
  }

  /** Stops computing and tells the coordinator. The connection stays open. */
  pause(reason: Sentence): void {
    if (this.#phase === "stopped") return;
    this.#pauseReason = fitForWire(reason);
    this.#jobs.clear();
    if (this.#phase !== "training" && this.#phase !== "paused") return;
    this.#announce();
    this.#show("paused", this.#pauseReason);
  }

  /** A relay says who is below it, now and after every connection. */
  tellCrew({ branches, ...counts }: Crew): void {
    this.#crew = { type: "crew", ...counts, branches: branches.map((branch) => ({ ...branch })) };
    if (this.#welcomed) this.#send(this.#crew);
  }

  /** Accepts work again. */
  resume(): void {
    if (this.#pauseReason === undefined || this.#phase === "stopped") return;
    this.#pauseReason = undefined;
    if (this.#phase !== "paused") return;
    this.#announce();
    this.#show("training", sentence("ready-for-work"));
  }

  /** Says goodbye and stops for good. */
  leave(reason: Sentence): void {
    this.#goodbye(reason, false);
  }

  /** Like `leave`, but because this machine cannot continue. */
  fail(reason: Sentence): void {
    this.#goodbye(reason, true);
  }

  /** Checks the connection, because the machine may have slept or changed its network. */
  check(): void {
    if (this.#phase === "stopped") return;
    if (this.#phase === "retrying") return this.#connection.hurry();
    if (this.#welcomed) this.#announce();
  }

  get status(): WorkerStatus {
    const { pool, clock } = this.#options;
    const contribution = this.#run?.loaded?.contribution;
    return {
      phase: this.#phase,
      failed: this.#failed,
      detail: this.#detail,
      refusal: this.#refusal,
      receivedBytes: this.#receivedBytes,
      name: this.#name,
      threads: pool.threads,
      run: this.#run === undefined ? null : titleOf(this.#run.message),
      dataset: this.#run?.message.config.dataset.name ?? null,
      step: contribution?.step ?? null,
      samplesPerSecond: contribution?.samplesPerSecond(clock.now()) ?? 0,
      share: contribution?.share ?? 0,
      blocksDone: contribution?.blocksDone ?? 0,
      samplesDone: contribution?.samplesDone ?? 0,
      column: contribution?.column ?? null,
    };
  }

  // ── what it hears ───────────────────────────────────────────────────────────────────────────────────────────────

  #receive(fragments: readonly Uint8Array[]): void {
    try {
      const slice = readSlice(fragments);
      if (slice === undefined) this.#dispatch(decodeCoordinatorMessage(fragments));
      else this.#points.take(slice);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#connection.restart(closeStatus[error.code], error.said);
    }
  }

  #dispatch({ header, ...tail }: Decoded<CoordinatorMessage>): void {
    if (!this.#welcomed && header.type !== "welcome" && header.type !== "error") {
      throw new ProtocolError("ERR_STATE", sentence("before-welcome", { type: header.type }));
    }
    switch (header.type) {
      case "welcome":
        return this.#welcome(header);
      case "doors":
        return this.#learn(header);
      case "run":
        return this.#prepare(header);
      case "work":
      case "update":
      case "evaluate":
        return this.#accept(header, tail);
      case "challenge":
        return this.#prove(header);
      case "wait":
        return this.#show("waiting", header.reason);
      case "end":
        return this.#end(header);
      case "error":
        this.#said = header.reason;
        return;
      default:
        assertNever(header);
    }
  }

  /** While it retries, the phase stays `retrying`: reporting every try would be noise. */
  #opening(): void {
    if (this.#phase !== "retrying") this.#show("connecting", sentence("connecting"));
  }

  #hello(): void {
    const { token, kind, agent, kernel, pool } = this.#options;
    this.#send({
      type: "hello",
      protocol: protocolVersion,
      token,
      name: this.#name,
      kind,
      agent: agent.slice(0, agentLengthMax),
      threads: pool.threads,
      kernel,
      session: this.#session,
    });
  }

  #welcome({ session, name, kernel }: MessageOf<CoordinatorMessage, "welcome">): void {
    if (kernel !== this.#options.kernel) {
      return this.#stop(kernelRefusal, true);
    }
    this.#welcomed = true;
    this.#session = session;
    this.#name = name;
    this.#said = undefined;
    this.#ended = undefined;
    this.#connection.accepted();
    if (this.#crew !== undefined) this.#send(this.#crew);
    this.#show("waiting", sentence("joined"));
  }

  /** A coordinator of a lower term has been replaced (5). */
  #learn({ term, urls }: MessageOf<CoordinatorMessage, "doors">): void {
    this.#options.doors?.learn(urls, term);
    if (term >= this.#term) {
      this.#term = term;
      return;
    }
    this.#options.doors?.next();
    this.#connection.restart(1000, sentence("coordinator-replaced"));
  }

  #prepare(message: RunMessage): void {
    this.#jobs.clear();
    this.#ended = undefined;
    const same = this.#run?.message.run === message.run ? this.#run : undefined;
    if (same?.loaded !== undefined) return this.#ready(same, same.loaded.run);
    if (same !== undefined) return this.#show("loading", this.#detail);
    const sizes = stateSizes(message.config);
    const moves = movesByUpdates(message.config.wire);
    const held = moves ? new HeldPoint(sizes.parameterCount) : undefined;
    const run: RunInHand = { message, sizes, held, loaded: undefined };
    this.#run = run;
    this.#receivedBytes = 0;
    this.#show("loading", sentence("getting-dataset", { dataset: message.config.dataset.name }));
    void this.#load(run);
  }

  #accept(header: WorkMessage, tail: Tail): void {
    const run = this.#run;
    if (run?.loaded === undefined || header.run !== run.message.run) {
      throw new ProtocolError("ERR_STATE", sentence("run-not-ready-here", { type: header.type }));
    }
    const { message, sizes, held } = run;
    this.#points.accept(header, tail, { config: message.config, sizes, held }, (point) => {
      if (this.#run === run) this.#compute(run, header, point);
    });
  }

  #compute({ message }: RunInHand, header: WorkMessage, point: Point): void {
    if (this.#phase !== "training") this.#show("training", sentence("computing"));
    const { step } = header;
    const job = { kind: kindAsked(header), step, ...point, blocks: header.blocks.map(blockOf) };
    if (this.#jobs.add(job, message.config.delay)) return;
    throw new ProtocolError("ERR_STATE", sentence("too-much-work"));
  }

  /** The worker lacks the point that an update starts from. After a pause it is sent a whole one. */
  #askForPoint(): void {
    this.#jobs.clear();
    this.#send({ type: "pause", reason: sentence("point-differs") });
    this.#send({ type: "resume" });
  }

  #end({ reason, fingerprint }: MessageOf<CoordinatorMessage, "end">): void {
    this.#jobs.clear();
    this.#options.ended?.(reason, fingerprint);
    this.#ended = sentence("run-over", { reason });
    this.#show("waiting", this.#ended);
  }

  #closed(closure: Closure): void {
    this.#points.clear();
    this.#jobs.clear();
    // One that was lost in mid-conversation is tried once more before the others.
    if (!this.#welcomed) this.#options.doors?.next();
    this.#welcomed = false;
    const refusal = refusalOf(closure);
    const said = this.#said;
    this.#said = undefined;
    if (refusal !== undefined) {
      this.#refusal = said ?? null;
      return this.#stop(refusal, true);
    }
    const loss = this.#lossOf(closure, said);
    if (this.#ended !== undefined && this.#options.stopsAfterRun) {
      return this.#stop(loss, false);
    }
    this.#connection.retry();
    this.#show("retrying", loss);
  }

  /** Why the connection was lost. After a run's end, that end is the reason to show. */
  #lossOf(closure: Closure, said: Sentence | undefined): Sentence {
    if (this.#ended !== undefined) return this.#ended;
    const loss = describeClosure(closure);
    // After a goodbye the coordinator does not answer any more, so the goodbye is the better reason.
    const saidGoodbye = this.#phase === "retrying" && hasCode(this.#detail, "coordinator-ended");
    if (saidGoodbye && closure.status === 1006) return coordinatorEnded;
    return said ?? loss;
  }

  // ── what it does ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Prepares dataset and engine. A newer run takes precedence. */
  async #load(run: RunInHand): Promise<void> {
    try {
      const loaded = await this.#loader.load(run.message, {
        isWanted: () => this.#run === run,
        progress: (detail, receivedBytes = this.#receivedBytes) => {
          if (this.#run !== run || this.#phase !== "loading") return;
          this.#receivedBytes = receivedBytes;
          this.#show("loading", detail);
        },
      });
      if (loaded === undefined) return;
      run.loaded = loaded;
      if (this.#phase === "loading") this.#ready(run, loaded.run);
    } catch (error) {
      if (this.#run !== run || this.#phase === "stopped") return;
      this.#run = undefined;
      const said = sentence("cannot-load-run", { reason: reasonOf(error) });
      // Disconnect and reconnect after a while: the next `welcome` brings the run again.
      if (this.#phase !== "loading") return;
      this.#send({ type: "leave", reason: fitForWire(said) });
      this.#connection.restart(1000, said);
    }
  }

  #ready({ message }: RunInHand, { selfTest, samplesPerSecond }: LoadedRun): void {
    this.#send({ type: "ready", run: message.run, selfTest, samplesPerSecond });
    if (this.#pauseReason === undefined) return this.#show("training", sentence("ready-for-work"));
    this.#announce();
    this.#show("paused", this.#pauseReason);
  }

  /** Repeats whether it accepts work. Hearing it twice does the coordinator no harm. */
  #announce(): void {
    const reason = this.#pauseReason;
    this.#send(reason === undefined ? { type: "resume" } : { type: "pause", reason });
  }

  #sendResult({ kind, step }: Job, block: Block, result: UnitResult, computeMs: number): void {
    const run = this.#run;
    if (run === undefined) return;
    const header = answerFor({ run: run.message.run, kind, step, block, computeMs }, result);
    this.#connection.send(encodeHead(header, result.values.length), result.values);
    run.loaded?.contribution.add(kind, step, block, result.values);
  }

  #sendCommitment({ step }: Job, block: Block, below: string): void {
    if (this.#run === undefined) return;
    const { run } = this.#run.message;
    this.#send({ type: "commitment", run, step, block: pairOf(block), below });
  }

  /** A relay is asked for the evidence of an answer. An answer without a commitment is never asked about. */
  #prove({ type, run, ...challenge }: MessageOf<CoordinatorMessage, "challenge">): void {
    const { pool } = this.#options;
    if (pool.challenge === undefined || run !== this.#run?.message.run) {
      throw new ProtocolError("ERR_STATE", sentence("run-not-ready-here", { type }));
    }
    const { step, block } = challenge;
    const about = { run, step, block };
    pool.challenge(challenge, {
      path: (leaf, digests) =>
        this.#send({ type: "path", ...about, leaf: pairOf(leaf), digests: [...digests] }),
      reveal: (part, { values, lossSum, correct }) => {
        const header = { type: "reveal", ...about, part: pairOf(part), lossSum, correct } as const;
        this.#connection.send(encodeHead(header, values.length), values);
      },
    });
  }

  #sendFailure({ step }: Job, block: Block, reason: Sentence): void {
    if (this.#run === undefined) return;
    const { run } = this.#run.message;
    this.#send({ type: "failed", run, step, block: pairOf(block), reason: fitForWire(reason) });
  }

  #goodbye(reason: Sentence, failed: boolean): void {
    if (this.#phase === "stopped") return;
    if (this.#welcomed) {
      this.#send({ type: "leave", reason: fitForWire(reason) });
    }
    this.#stop(reason, failed);
  }

  #stop(detail: Sentence, failed: boolean): void {
    this.#jobs.clear();
    this.#run = undefined;
    this.#failed = failed;
    this.#welcomed = false;
    this.#connection.close();
    this.#show("stopped", detail);
  }

  #send(message: WorkerMessage): void {
    this.#connection.send(encodeHead(message, 0));
  }

  #show(phase: WorkerPhase, detail: Sentence): void {
    this.#phase = phase;
    this.#detail = detail;
    this.#options.changed(this.status);
  }
}

/** One line for people. */
function titleOf({ config: { dataset, model } }: RunMessage): string {
  return `${dataset.name} · ${modelTitle(model)}`;
}
