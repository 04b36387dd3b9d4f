/**
 * @file Breaks things on purpose, for a lesson: stands between a worker's socket and the coordinator, and cuts, holds
 * back or spoils what comes. The coordinator does not know which of its troubles are made here. Nothing of this runs
 * unless the operator asks for it.
 */
import { ProtocolError } from "../shared/protocol/errors.ts";
import { decodeWorkerMessage } from "../shared/protocol/messages.ts";
import type { PeerHandler, PeerSocket } from "./peer.ts";

/** Messages of one worker that are held back; when there are more, all of them go on. */
const heldMax = 10_000;

/** One worker's socket, and what is done to it. */
interface Line {
  readonly handler: PeerHandler;
  /** What waits while it is delayed, in order; `undefined` while it is not. */
  held: (() => void)[] | undefined;
  release: () => void;
  /** Called with the next result, whose last value was spoilt; `undefined`: nothing is spoilt. */
  spoil: ((step: number) => void) | undefined;
}

export class BreakIt {
  readonly #lines = new Map<PeerSocket, Line>();

  /** Puts itself before a socket's handler. */
  wrap(socket: PeerSocket, handler: PeerHandler): PeerHandler {
    const line: Line = { handler, held: undefined, release: () => {}, spoil: undefined };
    this.#lines.set(socket, line);
    return {
      message: (bytes) => {
        if (line.held === undefined && line.spoil === undefined) handler.message(bytes);
        else pass(line, () => handler.message(spoilt(line, bytes)));
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

  /** Cuts the connection as a pulled cable would: no goodbye. */
  drop(socket: PeerSocket): void {
    socket.terminate();
  }

  /**
   * Holds back everything that a worker sends.
   *
   * @param released - Called when it goes on, in order.
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
   * Flips the exponent bits of the last value of the next gradient: it becomes NaN or infinite, which no honest worker
   * sends. (A finite lie needs an audit to be found; the run's audit policy is not this lesson.)
   *
   * @param done - Called with the step whose gradient it was.
   */
  corrupt(socket: PeerSocket, done: (step: number) => void): void {
    const line = this.#lines.get(socket);
    if (line !== undefined) line.spoil = done;
  }
}

function pass(line: Line, go: () => void): void {
  if (line.held === undefined) return go();
  line.held.push(go);
  if (line.held.length > heldMax) line.release();
}

function spoilt(line: Line, bytes: Uint8Array): Uint8Array {
  const step = line.spoil === undefined ? undefined : stepOfResult(bytes);
  if (step === undefined) return bytes;
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) | 0x7f;
  copy[copy.length - 2] = (copy[copy.length - 2] ?? 0) | 0x80;
  line.spoil?.(step);
  line.spoil = undefined;
  return copy;
}

/** The step of a message whose last bytes are a gradient's or a cost's; `undefined` for any other. */
function stepOfResult(bytes: Uint8Array): number | undefined {
  try {
    const { header } = decodeWorkerMessage(bytes);
    return header.type === "gradient" || header.type === "costs" ? header.step : undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
