/**
 * @file What several coordinators of one run agree on: which of them leads, where the others are, and where the newest
 * checkpoint is. Contract only; `nats.ts` implements it. Nothing that is large or secret goes through it: no
 * gradient, no parameter, no page, no token.
 *
 * What holds:
 * 1. At most one coordinator holds the lease at a time, and each holder's term is higher than all terms before it.
 * 2. A lease that is not renewed for `leaseMs` is free.
 * 3. A lease that is wrong (a partition, a lost disk) costs time, never a result: two coordinators that both believe that
 *    they lead compute the same bits.
 */
import * as z from "zod/mini";

import { SentenceError } from "../../shared/words/sentence.ts";

/** No value is larger, in bytes of JSON. */
export const valueBytesMax = 4_096;

const id = z.string().check(z.regex(/^[\w-]{1,40}$/u));
/** `http://host:port`, `https://…`, or a path there, without a trailing slash; empty before it listens. */
const url = z.string().check(z.regex(/^(?:https?:\/\/[^\s#?@]{1,300})?$/u));
const step = z.int().check(z.gte(0));
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/u));

const claimSchema = z.object({
  /** Of the coordinator's process. */
  id,
  /** Its door; empty before it listens, and once it has ended with its run. */
  url,
  /** The current run's name; empty before there is one. */
  run: z.union([id, z.literal("")]),
  /** The newest checkpoint that `GET <url>/cluster/checkpoint` returns, and the SHA-256 of its bytes. */
  checkpoint: z.nullable(z.object({ step, sha256 })),
  /** The SHA-256 of the bytes of `GET <url>/cluster/best`, the run's best checkpoint; `null` before there is one. */
  best: z.nullable(sha256),
  /** Whether the run is over, so that nobody needs to continue it. */
  isOver: z.boolean(),
});

/** What a coordinator that leads, or wants to, says of itself. */
export type Claim = Readonly<z.infer<typeof claimSchema>>;

export const leaderSchema = z.extend(claimSchema, { term: step });

/** The coordinator that holds the lease. */
export type Leader = Readonly<z.infer<typeof leaderSchema>>;

export const memberSchema = z.object({
  id,
  kind: z.enum(["coordinator", "relay"]),
  url,
});

/** A place where workers of the run can join. */
export type Member = Readonly<z.infer<typeof memberSchema>>;

/** The order of members. */
export function byId(one: Member, other: Member): number {
  return one.id < other.id ? -1 : 1;
}

export interface ClusterState {
  /** `undefined` if the lease is free. */
  readonly leader: Leader | undefined;
  /** Those that announced themselves within the last `leaseMs`, ordered by id. */
  readonly members: readonly Member[];
}

/** The engine did not answer. Nothing is known, and nothing has changed for certain. */
export class ClusterUnreachable extends SentenceError {
  override readonly name = "ClusterUnreachable";
}

/** One process's connection. Every method may throw ClusterUnreachable. */
export interface Cluster {
  /** How long a lease or an announcement lasts without a renewal. */
  readonly leaseMs: number;

  /**
   * Takes the lease if it is free.
   *
   * @param termMin - The new term is at least this, in case the engine lost its memory: one more than any term seen.
   * @returns The term; `undefined` if another holds the lease.
   */
  acquire(claim: Claim, termMin: number): Promise<number | undefined>;

  /**
   * Renews the lease that this connection acquired, and replaces its claim.
   *
   * @returns Whether it still had the lease; if not, it has nothing now.
   */
  renew(claim: Claim): Promise<boolean>;

  /** Frees the lease if this connection holds it. */
  release(): Promise<void>;

  /** Enters a member, or renews its entry. */
  announce(member: Member): Promise<void>;

  /** Removes a member. */
  withdraw(member: Pick<Member, "id">): Promise<void>;

  look(): Promise<ClusterState>;

  /**
   * Calls back when the lease is acquired, renewed or released, by whoever it is. It is no promise: a call may be missing while the
   * engine is down, and a lease that runs out has none. So the caller looks from time to time, too.
   *
   * @returns Ends it.
   */
  watch(changed: () => void): () => void;

  close(): Promise<void>;
}
