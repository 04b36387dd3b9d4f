/**
 * @file One connected peer: its socket, its state, and when it was last heard. What its messages mean for the run is
 * the business of `WorkerSessions`.
 */
import { assert } from "../../shared/assert.ts";
import type { Arrival } from "../../shared/protocol/arrival.ts";
import { encodeHead, encodeSliceHead } from "../../shared/protocol/codec.ts";
import { ProtocolError } from "../../shared/protocol/errors.ts";
import {
  helloTimeoutMs,
  messageRate,
  pingIntervalMs,
  queuedBytesMax,
  unauthenticatedBytesMax,
} from "../../shared/protocol/limits.ts";
import {
  type CoordinatorMessage,
  type Decoded,
  decodeWorkerMessage,
  type WorkerMessage,
} from "../../shared/protocol/messages.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { isSilent } from "../edge/limits/liveness.ts";
import { RateLimit } from "../edge/limits/rate-limit.ts";
import type { PeerSocket } from "../edge/peer.ts";
import type { ConnectedPeer, Worker } from "./roster.ts";
import {
  announcements,
  isWorkerState,
  type Reaction,
  reactions,
  type WorkerState,
} from "./worker-states.ts";

const nothing = () => {};

export interface WorkerPeerOptions {
  readonly socket: PeerSocket;
  /** The largest message that it may send, fixed when it connects. */
  readonly messageBytesMax: number;
  /** Tells the transport that the peer has shown its token. */
  readonly admitted: () => void;
  /** Gives its place back; `undefined` if it found none. */
  readonly release: (() => void) | undefined;
  /** The longest slice of a tensor that it is sent. */
  readonly sliceBytes: number;
  readonly nowMs: number;
}

export class WorkerPeer implements ConnectedPeer {
  readonly socket: PeerSocket;
  readonly messageBytesMax: number;
  readonly release: (() => void) | undefined;
  /** From its `hello` on. */
  worker: Worker | undefined;
  #state: WorkerState = "new";
  #admitted: () => void;
  readonly #sliceBytes: number;
  /** Whether the rest of a tensor that it was sent is still on its way here. */
  #isFollowing = false;
  readonly #openedMs: number;
  /** Limits messages that nobody asked for. */
  readonly #rate: RateLimit;
  #heardMs: number;
  #pingedMs: number;
  #pingOutstanding = false;

  constructor({
    socket,
    messageBytesMax,
    admitted,
    release,
    sliceBytes,
    nowMs,
  }: WorkerPeerOptions) {
    this.socket = socket;
    this.messageBytesMax = messageBytesMax;
    this.release = release;
    this.#sliceBytes = sliceBytes;
    this.#admitted = admitted;
    this.#openedMs = nowMs;
    this.#rate = new RateLimit(messageRate, nowMs);
    this.#heardMs = nowMs;
    this.#pingedMs = nowMs;
  }

  /** What it may send, and be sent, now. */
  get state(): WorkerState {
    return this.#state;
  }

  /**
   * What follows a message that it sends now.
   *
   * @throws {ProtocolError} If it may not send it in its state.
   */
  reactionTo(type: WorkerMessage["type"]): Reaction {
    const reaction = reactions[type][this.#state];
    if (reaction !== "ERR_STATE") return reaction;
    const twice = type === "hello" ? "hello-twice" : "ready-twice";
    const said = this.#state === "new" ? sentence("before-hello", { type }) : sentence(twice);
    throw new ProtocolError("ERR_STATE", said);
  }

  /** The one place where a state changes, to what the tables say. */
  enter(next: Reaction | undefined): void {
    assert(
      next !== undefined && isWorkerState(next),
      () => `${next} is no state to enter from ${this.#state}`,
    );
    this.#state = next;
  }

  /** The peer has shown its token, and is this worker from now on. */
  admit(worker: Worker): void {
    this.worker = worker;
    worker.peer = this;
    this.#admitted();
    this.#admitted = nothing;
  }

  // ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────────

  tell(message: CoordinatorMessage): void {
    this.enter(announcements[message.type][this.#state]);
    this.socket.send(encodeHead(message, 0));
  }

  give(header: CoordinatorMessage, tensor: Uint8Array, arrival?: Arrival): boolean {
    const states: Partial<Record<WorkerState, WorkerState>> = announcements[header.type];
    assert(states[this.#state] === this.#state, () => `${header.type} while ${this.#state}`);
    const { socket } = this;
    if (tensor.length === 0) {
      socket.send(encodeHead(header, 0));
      return true;
    }
    // One tensor at a time. Whether the next one finds room is known when this one is here.
    if (this.#isFollowing) return false;
    if (socket.queuedBytes + tensor.length > queuedBytesMax(tensor.length / 4)) return false;
    const head = encodeHead(header, tensor.length);
    const isComing = arrival?.isWhole === false;
    // A relay can pass on the first slice while the others travel; for anybody else slices would only cost time.
    const passesOn = this.worker?.kind === "relay" && tensor.length > this.#sliceBytes;
    if (!isComing && !passesOn) socket.send(head, tensor);
    else {
      socket.send(head);
      if (isComing) this.#follow(arrival);
      else this.#sendSlices(tensor, 0, tensor.length);
    }
    return true;
  }

  /** Sends what is there of a tensor, and the rest as it comes. */
  #follow(arrival: Arrival): void {
    const { bytes } = arrival;
    let sent = 0;
    const more = () => {
      this.#sendSlices(bytes, sent, arrival.arrived);
      sent = arrival.arrived;
      this.#isFollowing = sent < bytes.length;
    };
    more();
    arrival.follow({
      more,
      abandoned: () => {
        this.#isFollowing = false;
        this.socket.send(encodeSliceHead(0));
      },
    });
  }

  /** Slices are views of the tensor, so nothing is copied. */
  #sendSlices(tensor: Uint8Array, start: number, end: number): void {
    for (let from = start; from < end; from += this.#sliceBytes) {
      const slice = tensor.subarray(from, Math.min(end, from + this.#sliceBytes));
      this.socket.send(encodeSliceHead(slice.length), slice);
    }
  }

  // ── what it sends, and when ─────────────────────────────────────────────────────────────────────────────────────

  /**
   * Counts something that nobody asked for.
   *
   * @throws {ProtocolError} If it was one too many.
   */
  spend(nowMs: number): void {
    if (this.#rate.take(nowMs)) return;
    const said = sentence("too-many-messages", { count: messageRate.perSecond });
    throw new ProtocolError("ERR_RATE", said);
  }

  /** It was asked for after all: requested results are already limited by the requests. */
  giveBack(): void {
    this.#rate.giveBack();
  }

  /**
   * A message arrived.
   *
   * @throws {ProtocolError} If it is malformed, too large, or one too many.
   */
  receive(fragments: readonly Uint8Array[], nowMs: number): Decoded<WorkerMessage> {
    this.spend(nowMs);
    this.#heardMs = nowMs;
    if (this.worker === undefined && byteLengthOf(fragments) > unauthenticatedBytesMax) {
      const said = sentence("too-large-before-hello", { bytes: unauthenticatedBytesMax });
      throw new ProtocolError("ERR_TOO_LARGE", said);
    }
    return decodeWorkerMessage(fragments);
  }

  /**
   * A pong arrived.
   *
   * @throws {ProtocolError} If it answers no ping and was one too many.
   */
  pong(nowMs: number): void {
    this.#heardMs = nowMs;
    if (!this.#pingOutstanding) return this.spend(nowMs);
    this.#pingOutstanding = false;
    if (this.worker !== undefined) this.worker.roundTripMs = nowMs - this.#pingedMs;
  }

  /**
   * Pings it when that is due. Returns why it counts as dead, or `undefined` if it is alive.
   *
   * @throws {ProtocolError} If it should have said hello by now.
   */
  watch(nowMs: number): Sentence | undefined {
    if (this.worker === undefined) {
      if (nowMs - this.#openedMs <= helloTimeoutMs) return undefined;
      throw new ProtocolError("ERR_TIMEOUT", sentence("no-hello-in-time"));
    }
    const pinged = {
      heardMs: this.#heardMs,
      pingedMs: this.#pingedMs,
      pingOutstanding: this.#pingOutstanding,
    };
    if (isSilent(pinged, nowMs)) {
      return sentence("silent-for", { seconds: Math.round((nowMs - this.#heardMs) / 1000) });
    }
    if (nowMs - this.#pingedMs >= pingIntervalMs && !this.#pingOutstanding) {
      this.#pingedMs = nowMs;
      this.#pingOutstanding = true;
      this.socket.ping();
    }
    return undefined;
  }
}

function byteLengthOf(fragments: readonly Uint8Array[]): number {
  return fragments.reduce((sum, { length }) => sum + length, 0);
}
