/**
 * @file Breaks things on purpose, for a lesson: sits between a worker's socket and the coordinator, and cuts, holds
 * back or spoils messages. The coordinator does not know which of its troubles are made here. Nothing here is
 * active unless the operator asks for it.
 */
import { copyOfBytes } from "../../shared/bytes.ts";
import { joined } from "../../shared/protocol/codec.ts";
import { ProtocolError } from "../../shared/protocol/errors.ts";
import { decodeWorkerMessage } from "../../shared/protocol/messages.ts";
import { isTrainingResult } from "../../shared/protocol/rounds.ts";
import type { PeerHandler, PeerSocket } from "../edge/peer.ts";

/** Held messages per worker. If there are more, all of them are delivered. */
const heldMax = 10_000;

/** One worker's socket, and what is done to it. */
interface Line {
  readonly handler: PeerHandler;
  /** Messages that wait during a delay, in order; `undefined` without a delay. */
  held: (() => void)[] | undefined;
  release: () => void;
  /** What happens to the next result; `undefined`: nothing. */
  spoil: Spoil | undefined;
}

/** How a result is spoilt: its last value becomes NaN or infinite (`corrupt`), or a neighbouring float32 (`lie`). */
export type Corruption = "corrupt" | "lie";

export interface SpoilEvents {
  /** The result of this step is spoilt and is now passed on to the coordinator. */
  before(step: number): void;
  /** The coordinator has judged it, as far as it can at once. */
  after(step: number): void;
}

interface Spoil {
  readonly how: Corruption;
  readonly events: SpoilEvents;
}

export class BreakIt {
  readonly #lines = new Map<PeerSocket, Line>();

  /** Inserts itself in front of a socket's handler. */
  wrap(socket: PeerSocket, handler: PeerHandler): PeerHandler {
    const line: Line = { handler, held: undefined, release: () => {}, spoil: undefined };
    this.#lines.set(socket, line);
    return {
      message: (...fragments) => {
        if (line.held === undefined && line.spoil === undefined)
          return handler.message(...fragments);
        // A copy, because it is passed on after this call.
        const bytes = copyOfBytes(joined(fragments));
        pass(line, () => spoilAndPass(line, bytes));
      },
      garbage: (reason, code) => pass(line, () => handler.garbage(reason, code)),
      ping: () => pass(line, () => handler.ping()),
      pong: () => pass(line, () => handler.pong()),
      closed: (reason) => {
        line.release();
        this.#lines.delete(socket);
        handler.closed(reason);
      },
    };
  }

  /** Cuts the connection like a pulled cable: no goodbye. */
  drop(socket: PeerSocket): void {
    socket.terminate();
  }

  /**
   * Holds back everything that a worker sends.
   *
   * @param released - Called when the messages are delivered, in order.
   */
  delay(socket: PeerSocket, seconds: number, released: () => void): void {
    const line = this.#lines.get(socket);
    if (line === undefined) return;
    line.release();
    line.held = [];
    const timer = setTimeout(() => line.release(), seconds * 1000);
    line.release = () => {
      clearTimeout(timer);
      line.release = () => {};
      const held = line.held ?? [];
      line.held = undefined;
      for (const go of held) go();
      released();
    };
  }

  /**
   * Spoils the last value of the next gradient. `corrupt` sets its exponent bits, so that it is NaN or infinite,
   * which no honest worker sends and every check finds. `lie` flips its lowest bit, which is the smallest possible
   * lie; only recomputing the block can reveal it.
   */
  spoil(socket: PeerSocket, how: Corruption, events: SpoilEvents): void {
    const line = this.#lines.get(socket);
    if (line !== undefined) line.spoil = { how, events };
  }
}

function pass(line: Line, go: () => void): void {
  if (line.held === undefined) return go();
  line.held.push(go);
  if (line.held.length > heldMax) line.release();
}

function spoilAndPass(line: Line, bytes: Uint8Array): void {
  const { spoil } = line;
  const step = spoil === undefined ? undefined : stepOfResult(bytes);
  if (spoil === undefined || step === undefined) return line.handler.message(bytes);
  line.spoil = undefined;
  spoil.events.before(step);
  line.handler.message(spoilt(bytes, spoil.how));
  spoil.events.after(step);
}

/** A copy whose last value, a little-endian float32, is spoilt. */
function spoilt(bytes: Uint8Array, how: Corruption): Uint8Array {
  const copy = copyOfBytes(bytes);
  const at = (fromEnd: number) => copy[copy.length - fromEnd] ?? 0;
  if (how === "lie") copy[copy.length - 4] = at(4) ^ 1;
  else {
    copy[copy.length - 1] = at(1) | 0x7f;
    copy[copy.length - 2] = at(2) | 0x80;
  }
  return copy;
}

/** The step of a message that ends with a gradient's or a cost's value; `undefined` for any other. */
function stepOfResult(bytes: Uint8Array): number | undefined {
  try {
    const { header } = decodeWorkerMessage(bytes);
    return isTrainingResult(header) ? header.step : undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
