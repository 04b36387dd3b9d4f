import type { PeerHandler, PeerSocket } from "../../coordinator/edge/peer.ts";
import { Quota } from "../../coordinator/edge/quota.ts";
/**
 * @file The sockets of one coordinator as its transport knows them, and what must hold between them and what the
 * coordinator remembers: a place for each and for none that is gone, no worker without one, not a word to one that has
 * ended, none that is silent for long, and no tensor that changes while it is sent.
 */
import type { WorkerSessions } from "../../coordinator/workers/worker-sessions.ts";
import { known } from "../../shared/assert.ts";
import { pingIntervalMs, silenceMaxMs } from "../../shared/protocol/limits.ts";
import type { Judge } from "./judge.ts";
import { replace } from "./replace.ts";

/** One socket until the coordinator is told of its end. */
interface Watched {
  readonly socket: PeerSocket;
  /** Whether the coordinator has closed it, so that it may have forgotten it. */
  isClosing: boolean;
  /** By the coordinator's clock. */
  heardMs: number;
  /** When it was sent a ping that it has not answered. */
  askedMs: number | undefined;
}

export class SimSockets {
  readonly #coordinator: WorkerSessions;
  readonly #judge: Judge;
  readonly #now: () => number;
  readonly #open = new Set<Watched>();
  /** Each tensor that may be on its way, and the bytes that it was sent with. */
  readonly #tensors = new Map<Uint8Array, Uint8Array>();
  #quota: Quota | undefined;
  #commitsChecked = 0;

  /** @param now - The coordinator's clock, ms. */
  constructor(coordinator: WorkerSessions, judge: Judge, now: () => number) {
    this.#coordinator = coordinator;
    this.#judge = judge;
    this.#now = now;
  }

  /** Sockets whose end the coordinator has not been told of. */
  get openCount(): number {
    return this.#open.size;
  }

  /** A peer connected: the coordinator gets its socket. */
  accept(socket: PeerSocket): PeerHandler {
    const watched: Watched = { socket, isClosing: false, heardMs: this.#now(), askedMs: undefined };
    this.#open.add(watched);
    const handler = this.#connect(this.#watch(watched));
    return {
      ...handler,
      message: (bytes) => {
        watched.heardMs = this.#now();
        handler.message(bytes);
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

  /** The places are the coordinator's own business: which they are shows when it takes the first. */
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
   * To be called after each tick of the coordinator, which has just looked for silent ones. One that stood still itself has
   * asked them first, and gives them as long for the answer as always.
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

  /** To be called after each event. */
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

  /** A transport may read a tensor until its last byte has left: parameters change at a commit, what is sent may not. */
  #checkTensors(): void {
    const areAllSent = [...this.#open].every(({ socket }) => socket.queuedBytes === 0);
    if (areAllSent) return this.#tensors.clear();
    for (const [tensor, sent] of this.#tensors) {
      if (Buffer.compare(tensor, sent) !== 0) this.#judge.fail("a tensor changes while it is sent");
    }
  }
}
