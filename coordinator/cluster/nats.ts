/**
 * @file A cluster whose engine is NATS: one JetStream key-value bucket, whose entries expire `leaseMs` after they were
 * written. The lease is the key `leader`, created and updated by its revision; each member is a key. The package is
 * optional and loaded on demand.
 */
import { setTimeout as delay } from "node:timers/promises";

import type * as Kv from "@nats-io/kv";
import type * as Transport from "@nats-io/transport-node";
import type * as z from "zod/mini";

import { assert } from "../../shared/assert.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { quoted, sentence } from "../../shared/words/sentence.ts";
import type { ClusterAddress } from "./address.ts";
import {
  byId,
  type Claim,
  type Cluster,
  type ClusterState,
  ClusterUnreachable,
  leaderSchema,
  type Member,
  memberSchema,
  valueBytesMax,
} from "./cluster.ts";

/** An engine that does not answer for this long is taken to be down; a new Raft leader takes 4.5 s. */
const answerMs = 2_000;
/** Between two tries to reach a server. Short beside a lease, so that a live leader finds its way back in time. */
const reconnectMs = 500;
/** To set up the bucket. */
const triesMax = 5;
const leaderKey = "leader";
const memberPrefix = "member.";
/** JetStream's code for "the revision is not the last one". */
const wrongRevision = 10_071;

/**
 * Connects, and creates the bucket if there is none.
 *
 * @throws OperatorError if the package is not installed, no server answers, or the bucket cannot be used.
 */
export async function natsCluster(address: ClusterAddress, leaseMs: number): Promise<Cluster> {
  const { kv: kvPackage, transport } = await load();
  const servers = address.servers.join(", ");
  let connection: Transport.NatsConnection | undefined;
  try {
    connection = await transport.connect({
      servers: [...address.servers],
      ...(address.user === undefined ? {} : { user: address.user, pass: address.password ?? "" }),
      ...(address.isTls ? { tls: {} } : {}),
      name: "promedio",
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectMs,
      timeout: answerMs,
    });
    const manager = new kvPackage.Kvm(connection);
    const bucket = await patiently(() =>
      manager.create(`promedio-${address.name}`, {
        ttl: leaseMs,
        replicas: address.servers.length >= 3 ? 3 : 1,
        maxValueSize: valueBytesMax,
        history: 1,
      }),
    );
    return new NatsCluster({
      connection,
      bucket,
      leaseMs,
      updates: kvPackage.KvWatchInclude.UpdatesOnly,
    });
  } catch (cause) {
    await connection?.close();
    const reason = quoted(cause instanceof Error ? cause.message : String(cause));
    throw new OperatorError(sentence("cluster-not-joined", { servers, reason }), { cause });
  }
}

// Constants, so that the bundler does not look for what may not be installed.
const kvName: string = "@nats-io/kv";
const transportName: string = "@nats-io/transport-node";

/** @throws OperatorError if the packages are not installed. */
async function load() {
  try {
    const kv: typeof Kv = await import(kvName);
    const transport: typeof Transport = await import(transportName);
    return { kv, transport };
  } catch (cause) {
    throw new OperatorError(sentence("nats-missing"), { cause });
  }
}

interface Joined {
  readonly connection: Transport.NatsConnection;
  readonly bucket: Kv.KV;
  readonly leaseMs: number;
  /** Says that a watch begins with the next change; a constant of the package, which is loaded on demand. */
  readonly updates: Kv.KvWatchInclude;
}

class NatsCluster implements Cluster {
  readonly leaseMs: number;
  readonly #connection: Transport.NatsConnection;
  readonly #bucket: Kv.KV;
  readonly #updates: Kv.KvWatchInclude;
  /** The lease that this connection holds. */
  #own: { readonly term: number; readonly revision: number } | undefined;

  constructor({ connection, bucket, leaseMs, updates }: Joined) {
    this.#connection = connection;
    this.#bucket = bucket;
    this.#updates = updates;
    this.leaseMs = leaseMs;
  }

  async acquire(claim: Claim, termMin: number): Promise<number | undefined> {
    return await this.#ask(async () => {
      const created = await orUndefined(
        this.#bucket.create(leaderKey, encode({ ...claim, term: 0 })),
      );
      if (created === undefined) return undefined;
      // A revision is the bucket's count of writes: higher than all before, unless the engine lost its disk.
      const term = Math.max(termMin, created);
      const value = encode({ ...claim, term });
      const revision = await orUndefined(this.#bucket.update(leaderKey, value, created));
      if (revision === undefined) return undefined;
      this.#own = { term, revision };
      return term;
    });
  }

  async renew(claim: Claim): Promise<boolean> {
    return await this.#ask(async () => {
      const own = this.#own;
      if (own === undefined) return false;
      const { term } = own;
      const value = encode({ ...claim, term });
      const revision = await orUndefined(this.#bucket.update(leaderKey, value, own.revision));
      if (revision !== undefined) {
        this.#own = { term, revision };
        return true;
      }
      // An update whose answer was lost has moved the revision on, and the lease is still this one's.
      const entry = await this.#read(leaderKey);
      const found = entry && decode(leaderSchema, entry);
      const isOwn = entry !== undefined && found?.id === claim.id && found.term === term;
      this.#own = isOwn ? { term, revision: entry.revision } : undefined;
      return isOwn;
    });
  }

  async release(): Promise<void> {
    const own = this.#own;
    this.#own = undefined;
    if (own === undefined) return;
    const previousSeq = own.revision;
    await this.#ask(() => orUndefined(this.#bucket.delete(leaderKey, { previousSeq })));
  }

  async announce(member: Member): Promise<void> {
    await this.#ask(() => this.#bucket.put(memberPrefix + member.id, encode(member)));
  }

  async withdraw({ id }: Pick<Member, "id">): Promise<void> {
    await this.#ask(() => this.#bucket.delete(memberPrefix + id));
  }

  async look(): Promise<ClusterState> {
    return await this.#ask(async () => {
      const entry = await this.#read(leaderKey);
      const found = entry && decode(leaderSchema, entry);
      // The first write of a term does not know it yet.
      const leader = found && { ...found, term: found.term || (entry?.revision ?? 0) };
      return { leader, members: await this.#members() };
    });
  }

  watch(changed: () => void): () => void {
    const ending = new AbortController();
    void this.#watch(changed, ending.signal);
    return () => ending.abort();
  }

  async #watch(changed: () => void, ending: AbortSignal): Promise<void> {
    while (!ending.aborted && !this.#connection.isClosed()) {
      // oxlint-disable-next-line no-await-in-loop -- one watch after the other
      await this.#watchOnce(changed, ending);
      // oxlint-disable-next-line no-await-in-loop
      await delay(answerMs, undefined, { ref: false });
    }
  }

  /** Until it is asked to end, or the engine ends it. */
  async #watchOnce(changed: () => void, ending: AbortSignal): Promise<void> {
    try {
      const entries = await this.#bucket.watch({ key: leaderKey, include: this.#updates });
      const stop = () => entries.stop();
      ending.addEventListener("abort", stop);
      if (ending.aborted) stop();
      // Whatever came before the watch.
      else changed();
      for await (const _ of entries) changed();
      ending.removeEventListener("abort", stop);
    } catch {
      // The next try, or a look of the caller, finds what was missed.
    }
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #members(): Promise<readonly Member[]> {
    const keys: string[] = [];
    for await (const key of await this.#bucket.keys(`${memberPrefix}*`)) keys.push(key);
    const entries = await Promise.all(keys.map((key) => this.#read(key)));
    return entries.flatMap((entry) => (entry ? [decode(memberSchema, entry)] : [])).toSorted(byId);
  }

  async #read(key: string): Promise<Kv.KvEntry | undefined> {
    const entry = await this.#bucket.get(key);
    return entry === null || entry.operation !== "PUT" ? undefined : entry;
  }

  /** The packages wait for a reconnection without an end; we do not. */
  async #ask<T>(question: () => Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("no answer")), 2 * answerMs);
    });
    try {
      return await Promise.race([question(), late]);
    } catch (cause) {
      if (cause instanceof ClusterUnreachable) throw cause;
      throw new ClusterUnreachable(sentence("cluster-unreachable"), { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Servers that have just started elect their leader first, and answer with errors until then. */
async function patiently<T>(question: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      return await question();
    } catch (error) {
      if (tries === triesMax) throw error;
      // oxlint-disable-next-line no-await-in-loop
      await delay(answerMs);
    }
  }
}

/** `undefined` if the revision was not the last one. */
async function orUndefined<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === wrongRevision) return undefined;
    throw error;
  }
}

function encode(value: object): string {
  const text = JSON.stringify(value);
  assert(Buffer.byteLength(text) <= valueBytesMax, `a small value, got ${text.length} characters`);
  return text;
}

/** @throws ClusterUnreachable for a value that none of our coordinators wrote: nobody should act on it. */
function decode<T>(schema: z.ZodMiniType<T>, entry: Kv.KvEntry): T {
  try {
    return schema.parse(entry.json<unknown>());
  } catch (cause) {
    throw new ClusterUnreachable(sentence("cluster-value-wrong", { key: entry.key }), { cause });
  }
}
