/** @file The definition of an attack: something a bad peer does, and the ways in which the coordinator may end it. */
import { known } from "../../../shared/assert.ts";
import type { Random } from "../../../shared/random.ts";
import type { RawPeer } from "./raw-peer.ts";

export interface Target {
  readonly port: number;
  readonly joinToken: string;
  readonly adminToken: string;
  /** Path of the run's dataset. */
  readonly dataset: string;
  /** The values that an honest worker of this run sends in `hello` and `ready`. */
  readonly kernel: string;
  readonly selfTest: string;
  readonly parameterCount: number;
  readonly random: Random;
}

/** How the coordinator ended it, and how much had been written by then. */
export interface Outcome {
  readonly frames: number;
  /** `closed 4400`, `HTTP 404`, `cut`, or `open`. */
  readonly end: string;
}

export interface Attack {
  readonly run: (target: Target) => Promise<Outcome>;
  /** The permitted ends. */
  readonly ends: RegExp;
}

/** Waits for the end: what the coordinator did, or `open` if it still answers a ping after everything was written. */
export async function end(peer: RawPeer, waitForIt = true): Promise<Outcome> {
  const ended = waitForIt ? await peer.ended : await peer.settle();
  peer.destroy();
  return { frames: peer.sent, end: ended };
}

export function pick<T>(items: readonly T[], random: Random): T {
  return known(items[random.below(items.length)], "an item of a list that is not empty");
}
