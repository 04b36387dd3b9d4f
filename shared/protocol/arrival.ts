/**
 * @file Tensors that arrive in slices, so that a relay can pass on the beginning while the rest is on its way.
 *
 * What holds:
 * 1. A tensor on its way becomes whole or is abandoned, once. Its followers hear of either, and of nothing after it.
 * 2. On a socket, at most one tensor is on its way.
 */
import { assert } from "../assert.ts";
import { sentence } from "../words/sentence.ts";
import { ProtocolError } from "./errors.ts";
import { sliceBytesMax } from "./limits.ts";

/** Hears what becomes of a tensor. */
export interface Follower {
  /** More of it is there, perhaps all. */
  more(): void;
  /** The rest will not come. */
  abandoned(): void;
}

/** A tensor of which the first bytes are there. */
export class Arrival {
  /** All of its memory. Those that are there do not change any more. */
  readonly bytes: Uint8Array;
  #arrived = 0;
  #isAbandoned = false;
  #followers: Follower[] = [];

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  /** How many bytes are there. */
  get arrived(): number {
    return this.#arrived;
  }

  get isWhole(): boolean {
    return this.#arrived === this.bytes.length;
  }

  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** The next bytes are here. They are copied, unless nobody waits for the tensor any more. */
  add(slice: Uint8Array): void {
    if (this.#isAbandoned) return;
    assert(this.#arrived + slice.length <= this.bytes.length, "no more than the tensor has");
    this.bytes.set(slice, this.#arrived);
    this.#arrived += slice.length;
    for (const follower of this.#followers) follower.more();
    if (this.isWhole) this.#followers = [];
  }

  /** The rest will not come, or nobody wants it. */
  abandon(): void {
    if (this.isWhole || this.#isAbandoned) return;
    this.#isAbandoned = true;
    const followers = this.#followers;
    this.#followers = [];
    for (const follower of followers) follower.abandoned();
  }

  follow(follower: Follower): void {
    if (this.#isAbandoned) follower.abandoned();
    else if (!this.isWhole) this.#followers.push(follower);
  }
}

/** What becomes of a tensor that is on its way on a socket. */
interface Ends {
  /** All of it was sent. */
  whole(): void;
  /** The sender has given it up. */
  abandoned(): void;
}

/** The receiving end of a socket: the tensor that is on its way. */
export class Incoming {
  #current: { readonly arrival: Arrival; readonly ends: Ends; left: number } | undefined;

  /** A tensor was announced: its slices follow. @throws ProtocolError `ERR_STATE` if one is on its way. */
  begin(arrival: Arrival, ends: Ends): void {
    this.expectNone();
    this.#current = { arrival, ends, left: arrival.bytes.length };
  }

  /** A message with a tensor may come now. @throws ProtocolError `ERR_STATE` if one is on its way. */
  expectNone(): void {
    if (this.#current === undefined) return;
    throw new ProtocolError("ERR_STATE", sentence("slices-missing", { bytes: this.#current.left }));
  }

  /** A slice arrived. @throws ProtocolError `ERR_STATE`, `ERR_TOO_LARGE` or `ERR_DECODE` if it does not fit. */
  take(slice: Uint8Array): void {
    const current = this.#current;
    if (current === undefined) throw new ProtocolError("ERR_STATE", sentence("slice-unexpected"));
    if (slice.length === 0) {
      this.#current = undefined;
      current.arrival.abandon();
      return current.ends.abandoned();
    }
    if (slice.length > sliceBytesMax) {
      throw new ProtocolError(
        "ERR_TOO_LARGE",
        sentence("slice-too-large", { bytes: sliceBytesMax }),
      );
    }
    if (slice.length > current.left) {
      const lengths = { bytes: slice.length, left: current.left };
      throw new ProtocolError("ERR_DECODE", sentence("slices-too-long", lengths));
    }
    current.left -= slice.length;
    if (current.left === 0) this.#current = undefined;
    current.arrival.add(slice);
    if (current.left === 0) current.ends.whole();
  }

  /** The socket is gone. */
  clear(): void {
    this.#current?.arrival.abandon();
    this.#current = undefined;
  }
}
