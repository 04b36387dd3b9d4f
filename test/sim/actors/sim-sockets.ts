/**
 * @file The sockets of one coordinator as its transport sees them, and the rules between them and the coordinator's
 * own records: one place for each socket and none for a closed one, no worker without a socket, no message to a
 * closed one, no socket that is silent for long, and no tensor that changes while it is sent.
 */
import { Quota } from "../../../coordinator/edge/limits/quota.ts";
import type { PeerHandler, PeerSocket } from "../../../coordinator/edge/peer.ts";
import type { WorkerSessions } from "../../../coordinator/workers/worker-sessions.ts";
import { known } from "../../../shared/assert.ts";
import { pingIntervalMs, silenceMaxMs } from "../../../shared/protocol/limits.ts";
import type { Judge } from "../judge.ts";
import { replace } from "../replace.ts";

/** A socket whose end the coordinator does not know yet. */
interface Watched {
  readonly socket: PeerSocket;
  /** Whether the coordinator has closed it, so that it may have forgotten it. */
  isClosing: boolean;
  /** By the coordinator's clock. */
  heardMs: number;
  /** When a ping was sent that it has not answered. */
  askedMs: number | undefined;
}

export class SimSockets {
  readonly #coordinator: WorkerSessions;
  readonly #judge: Judge;
  readonly #now: () => number;
  readonly #open = new Set<Watched>();
  /** Each tensor that may still be on its way, with a copy of the bytes it was sent with. */
  readonly #tensors = new Map<Uint8Array, Uint8Array>();
  #quota: Quota | undefined;
  #commitsChecked = 0;

  /** @param now - The coordinator's clock, in ms. */
  constructor(coordinator: WorkerSessions, judge: Judge, now: () => number) {
    this.#coordinator = coordinator;
    this.#judge = judge;
    this.#now = now;
  }

  /** Sockets whose end the coordinator does not know yet. */
  get openCount(): number {
    return this.#open.size;
  }

  /** A peer connected: pass its socket to the coordinator. */
  accept(socket: PeerSocket): PeerHandler {
    const watched: Watched = { socket, isClosing: false, heardMs: this.#now(), askedMs: undefined };
    this.#open.add(watched);
    const handler = this.#connect(this.#watch(watched));
    return {
      ...handler,
      message: (...fragments) => {
        watched.heardMs = this.#now();
        handler.message(...fragments);
      },
      pong: () => {
        watched.heardMs = this.#now();
        watched.askedMs = undefined;
        handler.pong();
      },
      closed: (reason) => {
        this.#open.delete(watched);
        handler.closed(reason);
      },
    };
  }

  /** The quota is private to the coordinator. It is found when the coordinator takes the first place. */
  #connect(socket: PeerSocket): PeerHandler {
    if (this.#quota !== undefined) return this.#coordinator.connect(socket);
    const seen: Quota[] = [];
    const putBack = replace(Quota.prototype, "take", (original) => {
      return function (this: Quota, address) {
        seen.push(this);
        return original.call(this, address);
      };
    });
    try {
      return this.#coordinator.connect(socket);
    } finally {
      putBack();
      this.#quota = known(seen[0], "a socket takes a place");
    }
  }

  #watch(watched: Watched): PeerSocket {
    const { socket } = watched;
    const use = (): PeerSocket => {
      if (this.#open.has(watched)) return socket;
      return this.#judge.fail("a socket that has ended is remembered");
    };
    return {
      address: socket.address,
      get queuedBytes() {
        return socket.queuedBytes;
      },
      send: (head, tensor) => {
        // Its bytes may be used again once they have left.
        if (this.#areAllSent) this.#tensors.clear();
        if (tensor !== undefined && !this.#tensors.has(tensor)) {
          this.#tensors.set(tensor, tensor.slice());
        }
        use().send(head, tensor);
      },
      ping: () => {
        watched.askedMs ??= this.#now();
        use().ping();
      },
      close: (status, reason) => {
        use().close(status, reason);
        watched.isClosing = true;
      },
      terminate: () => {
        use().terminate();
        watched.isClosing = true;
      },
    };
  }

  /**
   * Call this after each tick of the coordinator, which has just looked for silent sockets. A coordinator that was
   * blocked has pinged them first, and gives them the usual time to answer.
   */
  checkSilence(): void {
    const nowMs = this.#now();
    for (const { isClosing, heardMs, askedMs = -Infinity } of this.#open) {
      const silentMs = nowMs - heardMs;
      const isDue = nowMs - askedMs > silenceMaxMs - pingIntervalMs;
      if (isClosing || silentMs <= silenceMaxMs || !isDue) continue;
      this.#judge.fail(`a socket that is silent for ${Math.round(silentMs)} ms is kept`);
    }
  }

  /** Call this after each event. */
  check(): void {
    const taken = this.#quota?.taken ?? 0;
    const open = this.#open.size;
    let held = 0;
    for (const { isClosing } of this.#open) if (!isClosing) held += 1;
    if (taken > open || taken < held) {
      this.#judge.fail(`${taken} places are taken for ${held} to ${open} sockets`);
    }
    const { workerCount } = this.#coordinator;
    if (workerCount > open) this.#judge.fail(`${workerCount} workers have ${open} sockets`);
    if (this.#judge.commits === this.#commitsChecked) return;
    this.#commitsChecked = this.#judge.commits;
    this.#checkTensors();
  }

  /** What a socket that was closed still sends is read by nobody. */
  get #areAllSent(): boolean {
    return [...this.#open].every(({ socket, isClosing }) => isClosing || socket.queuedBytes === 0);
  }

  /**
   * A transport may read a tensor until its last byte has left. Parameters change at a commit, but bytes being sent
   * must not.
   */
  #checkTensors(): void {
    if (this.#areAllSent) return this.#tensors.clear();
    for (const [tensor, sent] of this.#tensors) {
      if (Buffer.compare(tensor, sent) !== 0) this.#judge.fail("a tensor changes while it is sent");
    }
  }
}
