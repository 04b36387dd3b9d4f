/**
 * @file The coordinator's side of the protocol: sockets in, messages out, one state machine per socket (`hello` →
 * `welcome` → `run` → `ready` → results), and the run that they serve. It touches no real socket, clock, disk or
 * random source. All four are passed in, so the simulator runs this same code.
 *
 * Invariant 5, one bad peer, one closed socket: everything that a peer can cause is caught in `#guard` and at
 * worst closes that peer's socket.
 */
import { known } from "../../shared/assert.ts";
import type { Arrival } from "../../shared/protocol/arrival.ts";
import {
  closeStatus,
  ProtocolError,
  type ProtocolErrorCode,
} from "../../shared/protocol/errors.ts";
import {
  doorsMax,
  messageBytesMax,
  offencesMax,
  protocolVersion,
  sliceBytesMax,
  workersMax,
  workersPerAddressMax,
} from "../../shared/protocol/limits.ts";
import {
  type CoordinatorMessage,
  type Decoded,
  type MessageOf,
  type WorkerMessage,
} from "../../shared/protocol/messages.ts";
import { fitForWire } from "../../shared/protocol/sentence-schema.ts";
import { longestTensor } from "../../shared/run/kinds.ts";
import { sayAtTerminal, type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Outcome } from "../dispatch/answer.ts";
import { SpeedEstimate } from "../dispatch/speed.ts";
import { subnetOf } from "../edge/addresses.ts";
import { Quota } from "../edge/limits/quota.ts";
import type { PeerHandler, PeerSocket } from "../edge/peer.ts";
import type { RememberedWorker } from "../run/handover.ts";
import type { CoordinatorEvent, CoordinatorView, CrewBelow, RunView } from "../run/view.ts";
import type { RunWorkers } from "../run/world.ts";
import { Notices } from "./notices.ts";
import { Roster, type Worker } from "./roster.ts";
import type { ServedRun } from "./served-run.ts";
import { WorkerPeer } from "./worker-peer.ts";
import type { Reaction } from "./worker-states.ts";

/** Everything the coordinator needs from the world. */
export interface WorkerSessionsOptions {
  /** SHA-256 of the kernel that every worker must have. */
  readonly kernel: string;
  /** Hash of the self-test's bits that every worker must compute. */
  readonly selfTest: string;
  /** Whether a token admits the worker whose `hello` carries it. */
  readonly admits: (token: string) => boolean;
  /** The workers of the process before this one; absent for none. */
  readonly remembered?: readonly RememberedWorker[] | undefined;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Returns a new unguessable identifier at each call. */
  readonly newSession: () => string;
  /** The longest slice of a tensor that it sends. Absent: the protocol's limit. Tests have short tensors. */
  readonly sliceBytes?: number;
  readonly report: (event: CoordinatorEvent) => void;
}

type WorkerEvent = Extract<CoordinatorEvent, { event: "worker" }>;

const nothing = () => {};

export class WorkerSessions implements RunWorkers {
  readonly #options: WorkerSessionsOptions;
  readonly #roster: Roster;
  readonly #peers = new Set<WorkerPeer>();
  readonly #quota = new Quota({ inAll: workersMax, perAddress: workersPerAddressMax });
  #run: ServedRun | undefined;
  #dataset = "";
  /** Where the other coordinators of the run are; `undefined` if there is only this one. */
  #doors: MessageOf<CoordinatorMessage, "doors"> | undefined;
  #isClosing = false;
  #farewell: { run: string; reason: Sentence; fingerprint: string } | undefined;
  readonly #notices: Notices;

  constructor(options: WorkerSessionsOptions) {
    this.#options = options;
    this.#roster = new Roster(options.remembered);
    this.#notices = new Notices(options);
  }

  /** The largest message that a worker may send now: as much as the run's model needs. Before `hello`, less. */
  messageBytesMax(): number {
    if (this.#run === undefined) return messageBytesMax(0);
    return messageBytesMax(longestTensor(this.#run.config));
  }

  /** Connected workers. */
  get workerCount(): number {
    return this.#roster.connectedCount;
  }

  /** Who is connected, and who is behind the relays among them. */
  get crewBelow(): CrewBelow {
    return this.#roster.crewBelow;
  }

  /** What a coordinator that resumes the run must know of its workers. */
  get remembered(): RememberedWorker[] {
    return this.#roster.remembered;
  }

  /** A connected worker's socket and name. */
  connectedWorker(id: string): { readonly socket: PeerSocket; readonly name: string } | undefined {
    const worker = this.#roster.get(id);
    if (worker?.peer === undefined) return undefined;
    return { socket: worker.peer.socket, name: worker.name };
  }

  /** The record of a worker, even if it is gone. */
  worker(id: string): Pick<Worker, "name" | "blocksDone" | "offences" | "isBanned"> | undefined {
    return this.#roster.get(id);
  }

  /** A worker's name, even if it is gone. */
  nameOf(id: string): string {
    return this.#roster.get(id)?.name ?? sayAtTerminal(sentence("departed-worker"));
  }

  // ── runs ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Starts a run: asks every connected worker to prepare for it. The previous run must be over.
   *
   * @param run - Uses these workers.
   * @param dataset - Path of the dataset on the HTTP server.
   */
  start(run: ServedRun, dataset: string): void {
    this.#roster.startRun();
    this.#farewell = undefined;
    this.#dataset = dataset;
    this.#run = run;
    for (const peer of this.#peers) this.#bringRun(peer);
  }

  /** Tells every worker that the run is over, now or when it reconnects. */
  end(reason: Sentence, fingerprint: string): void {
    if (this.#run === undefined) return;
    this.#farewell = { run: this.#run.id, reason: fitForWire(reason), fingerprint };
    for (const peer of this.#peers) {
      if (peer.worker !== undefined) peer.tell({ type: "end", ...this.#farewell });
    }
  }

  /** Tells every worker, now and when it joins, under which lease this coordinator leads, and where the others are. */
  setDoors(term: number, urls: readonly string[]): void {
    if (urls.length === 0) return;
    this.#doors = { type: "doors", term, urls: urls.slice(0, doorsMax) };
    for (const peer of this.#peers) if (peer.worker !== undefined) peer.tell(this.#doors);
  }

  /** Says goodbye to everybody and closes their sockets. */
  close(reason: string): void {
    this.#isClosing = true;
    for (const { socket } of this.#peers) socket.close(1001, reason);
  }

  /** The size of a socket's messages is fixed when it opens. For a larger model the worker must reconnect. */
  #bringRun(peer: WorkerPeer): void {
    if (peer.worker === undefined) return;
    this.#introduceRun(peer);
    if (peer.messageBytesMax < this.messageBytesMax()) peer.socket.close(1012, "larger-model");
  }

  // ── one socket ──────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * A peer connected. The returned handler gets everything that happens on its socket.
   *
   * @param admitted - Called when the peer has shown its token.
   */
  connect(socket: PeerSocket, admitted = nothing): PeerHandler {
    const peer = new WorkerPeer({
      socket,
      messageBytesMax: this.messageBytesMax(),
      admitted,
      release: this.#quota.take(socket.address),
      sliceBytes: this.#options.sliceBytes ?? sliceBytesMax,
      nowMs: this.#options.now(),
    });
    this.#peers.add(peer);
    if (peer.release === undefined) {
      this.#refuse(peer, new ProtocolError("ERR_FULL", sentence("too-many-workers")));
    }
    return {
      message: (...fragments) =>
        this.#guard(peer, (nowMs) => this.#dispatch(peer, peer.receive(fragments, nowMs))),
      garbage: (reason, code = "ERR_DECODE") => this.#refuse(peer, new ProtocolError(code, reason)),
      ping: () => this.#guard(peer, (nowMs) => peer.spend(nowMs)),
      pong: () => this.#guard(peer, (nowMs) => peer.pong(nowMs)),
      closed: (reason) => this.#drop(peer, reason),
    };
  }

  /** Does what a peer caused. If that breaks the protocol, it costs the peer's socket and nothing else. */
  #guard(peer: WorkerPeer, react: (nowMs: number) => void): void {
    if (!this.#peers.has(peer)) return;
    try {
      react(this.#options.now());
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#refuse(peer, error);
    }
  }

  #dispatch(peer: WorkerPeer, { header, tensor }: Decoded<WorkerMessage>): void {
    const reaction = this.#reactionTo(header, peer);
    if (reaction === "ignored") return;
    if (header.type === "hello") return this.#hello(peer, header);
    const worker = known(peer.worker, "whoever has said hello is a worker");
    switch (header.type) {
      case "ready":
        this.#measure(worker, header);
        return this.#joinRun(peer, worker, reaction);
      case "gradient":
      case "costs":
      case "replica":
      case "evaluation": {
        const outcome = this.#run?.result(worker.id, header, tensor, this.#options.now());
        if (outcome !== undefined && "samples" in outcome) peer.giveBack();
        return this.#note(worker, outcome);
      }
      case "failed":
        return this.#note(worker, this.#run?.failed(worker.id, header, this.#options.now()));
      case "commitment":
      case "path":
      case "reveal":
        return this.#run?.evidence(worker.id, header, tensor, this.#options.now());
      case "crew":
        if (worker.kind !== "relay") return;
        worker.crew = crewOf(header);
        return this.#run?.crewTold(worker.id, worker.crew.workers, this.#options.now());
      case "pause":
        peer.enter(reaction);
        return this.#run?.workerLeft(worker.id, this.#options.now());
      case "resume":
        return this.#joinRun(peer, worker, reaction);
      case "leave":
        return this.#leave(peer, header.reason);
    }
  }

  #reactionTo(header: WorkerMessage, peer: WorkerPeer): Reaction {
    // A worker that prepared for an older run is told of the newer one, or has been already.
    const isForAnotherRun = header.type === "ready" && header.run !== this.#run?.id;
    return isForAnotherRun && peer.state !== "new" ? "ignored" : peer.reactionTo(header.type);
  }

  #hello(peer: WorkerPeer, hello: MessageOf<WorkerMessage, "hello">): void {
    this.#checkHello(hello);
    const { worker, session } = this.#roster.meet(hello, this.#options.newSession);
    if (worker.isBanned) {
      const said = sentence("has-sent-wrong-result", { worker: worker.name });
      throw new ProtocolError("ERR_MISMATCH", said);
    }
    this.#closeOlder(worker);
    peer.admit(worker);
    const introduction = { session, name: worker.name, kernel: this.#options.kernel };
    peer.tell({ type: "welcome", protocol: protocolVersion, ...introduction });
    if (this.#doors !== undefined) peer.tell(this.#doors);
    this.#reportWorker(worker, { change: "joined", error: null, reason: null });
    this.#introduceRun(peer);
  }

  #checkHello(hello: MessageOf<WorkerMessage, "hello">): void {
    const { admits, kernel } = this.#options;
    if (!admits(hello.token)) throw new ProtocolError("ERR_TOKEN", sentence("token-wrong"));
    if (hello.kernel !== kernel) {
      const hashes = { theirs: hello.kernel.slice(0, 12), ours: kernel.slice(0, 12) };
      throw new ProtocolError("ERR_KERNEL", sentence("kernel-differs", hashes));
    }
  }

  /** A worker has one socket, so an older one of the same session is closed. */
  #closeOlder(worker: Worker): void {
    for (const older of this.#peers) {
      if (older.worker === worker) {
        this.#refuse(older, new ProtocolError("ERR_REPLACED", sentence("connected-again")));
      }
    }
  }

  #introduceRun(peer: WorkerPeer): void {
    if (this.#run === undefined) {
      peer.tell({ type: "wait", reason: sentence("no-run-yet") });
    } else if (this.#farewell !== undefined) {
      peer.tell({ type: "end", ...this.#farewell });
    } else {
      const { id, config } = this.#run;
      peer.tell({ type: "run", run: id, config, dataset: this.#dataset });
    }
  }

  /** A worker says that it is ready: checks its arithmetic, and notes its speed. */
  #measure(worker: Worker, ready: MessageOf<WorkerMessage, "ready">): void {
    if (ready.selfTest !== this.#options.selfTest) {
      throw new ProtocolError("ERR_KERNEL", sentence("self-test-differs"));
    }
    // A worker that returns to a run keeps the speed measured there, whatever it claims now.
    if (worker.speedRun === ready.run && worker.speed.isMeasured) return;
    worker.speed = new SpeedEstimate(ready.samplesPerSecond);
    worker.speedRun = ready.run;
  }

  #joinRun(peer: WorkerPeer, worker: Worker, reaction: Reaction): void {
    peer.enter(reaction);
    const { id, name, speed, kind, crew } = worker;
    const subnet = subnetOf(peer.socket.address);
    const isRelay = kind === "relay";
    const { isInside = false } = peer.socket;
    const below = crew === undefined ? {} : { workersBelow: crew.workers };
    const ready = { id, name, speed, subnet, isRelay, isInside, ...below };
    this.#run?.workerReady(ready, this.#options.now());
  }

  #leave(peer: WorkerPeer, reason: Sentence): void {
    this.#drop(peer, reason);
    peer.socket.close(1000, "goodbye");
  }

  /** Notes what became of an answer; `undefined` where no run has asked for any. */
  #note(worker: Worker, outcome: Outcome | undefined): void {
    if (outcome === undefined) return;
    if ("samples" in outcome) {
      worker.blocksDone += 1;
      worker.samplesDone += outcome.samples;
      worker.rate.add(outcome.samples, this.#options.now());
    }
    if ("doubt" in outcome && outcome.doubt !== undefined) this.#notices.warn(outcome.doubt);
    if (outcome.kind !== "offence") return;
    const { reason } = outcome;
    worker.offences += 1;
    if (worker.offences >= offencesMax) throw new ProtocolError("ERR_OFFENCES", reason);
    this.#notices.warn(sentence("of-worker", { worker: worker.name, reason }));
  }

  /** A worker returned a wrong result: disconnects it and never admits its session again. */
  expel(workerId: string, reason: Sentence): void {
    const worker = this.#roster.get(workerId);
    if (worker === undefined) return;
    worker.isBanned = true;
    const error = new ProtocolError("ERR_MISMATCH", reason);
    const peer = [...this.#peers].find((other) => other.worker === worker);
    if (peer !== undefined) return this.#refuse(peer, error);
    this.#reportWorker(worker, { change: "refused", error: error.code, reason });
  }

  // ── the end of a socket ─────────────────────────────────────────────────────────────────────────────────────────

  /** Closes one socket because of something its peer did, and tells both sides. */
  #refuse(peer: WorkerPeer, { code, said }: ProtocolError): void {
    if (!this.#peers.has(peer)) return;
    const { socket, worker } = peer;
    // A worker of another version could not read the message and would reconnect because of it. The close status
    // says everything.
    if (code !== "ERR_VERSION") peer.tell({ type: "error", code, reason: fitForWire(said) });
    socket.close(closeStatus[code], code);
    const { address } = socket;
    if (worker === undefined) {
      const stranger = { name: address, kind: "unknown", threads: 0 } as const;
      this.#reportWorker(stranger, { change: "refused", error: code, reason: said });
    }
    this.#drop(peer, sentence("from-address", { reason: said, address }), code);
  }

  /** Forgets a socket. Its worker's blocks go to others at once. Safe to call twice. */
  #drop(peer: WorkerPeer, reason: Sentence, error: ProtocolErrorCode | null = null): void {
    if (!this.#peers.delete(peer)) return;
    peer.release?.();
    const { worker } = peer;
    if (worker === undefined) return;
    peer.worker = undefined;
    if (worker.peer !== peer) return;
    worker.peer = undefined;
    this.#reportWorker(worker, { change: "left", error, reason });
    this.#run?.workerLeft(worker.id, this.#options.now());
  }

  // ── time ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Call this every few tens of milliseconds: it notices silence and lateness, and reports what the run waits for. */
  tick(): void {
    const nowMs = this.#options.now();
    for (const peer of this.#peers) this.#guard(peer, () => this.#watch(peer, nowMs));
    this.#run?.tick(nowMs);
    this.#notices.tick(this.#run);
  }

  #watch(peer: WorkerPeer, nowMs: number): void {
    const silence = peer.watch(nowMs);
    if (silence === undefined) return;
    this.#drop(peer, silence);
    peer.socket.terminate();
  }

  // ── sending and showing ─────────────────────────────────────────────────────────────────────────────────────────

  /** A socket that was closed may still send a tensor that changes: nobody answers for it any more. */
  get areAllSent(): boolean {
    for (const { socket } of this.#peers) if (socket.queuedBytes > 0) return false;
    return true;
  }

  send(
    workerId: string,
    header: CoordinatorMessage,
    tensor: Uint8Array,
    arrival?: Arrival,
  ): boolean {
    const peer = this.#roster.get(workerId)?.peer;
    if (peer?.give(header, tensor, arrival) !== true) return false;
    this.#run?.progress.addBytes(tensor.length);
    return true;
  }

  #reportWorker(
    { name, kind, threads }: Pick<WorkerEvent, "name" | "kind" | "threads">,
    what: Pick<WorkerEvent, "change" | "error" | "reason">,
  ): void {
    // Workers that leave because the coordinator closes are not news.
    if (this.#isClosing && what.change !== "refused") return;
    const workers = this.#roster.connectedCount;
    this.#options.report({ event: "worker", ...what, name, kind, threads, workers });
  }

  /** The current outside view. */
  view(
    urls: Pick<CoordinatorView, "joinUrl" | "otherJoinUrls" | "dashboardUrl">,
    run: RunView | null,
  ): CoordinatorView {
    const isBusy = (workerId: string) => this.#run?.isBusy(workerId) ?? false;
    const hasRun = this.#run !== undefined && this.#farewell === undefined;
    const workers = this.#roster.views({ isBusy, hasRun, nowMs: this.#options.now() });
    return { ...urls, run, workers };
  }
}

function crewOf({ workers, relays, branches }: MessageOf<WorkerMessage, "crew">): CrewBelow {
  return { workers, relays, branches };
}
