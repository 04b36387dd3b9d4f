/**
 * @file A cluster whose engine is this process: with a clock that tests inject, and an engine that they can turn off and
 * on. It keeps the same contract as NATS (`contract.test.ts`).
 */
import {
  byId,
  type Claim,
  type Cluster,
  ClusterUnreachable,
  type Member,
} from "../../../coordinator/cluster/cluster.ts";
import { sentence } from "../../../shared/words/sentence.ts";

interface Entry<T> {
  readonly value: T;
  /** Of the connection that wrote it; counts every write of the engine. */
  readonly revision: number;
  readonly writtenMs: number;
}

export class MemoryEngine {
  readonly #leaseMs: number;
  readonly #now: () => number;
  #revision = 0;
  #leader: Entry<Claim & { readonly term: number }> | undefined;
  readonly #members = new Map<string, Entry<Member>>();
  readonly #watchers = new Set<() => void>();
  /** Whether it answers nobody. */
  isDown = false;

  /** @param options.now - Milliseconds of a monotonic clock. */
  constructor({ leaseMs, now }: { readonly leaseMs: number; readonly now: () => number }) {
    this.#leaseMs = leaseMs;
    this.#now = now;
  }

  /** Forgets everything, like an engine that lost its disk. */
  forget(): void {
    this.#revision = 0;
    this.#leader = undefined;
    this.#members.clear();
  }

  /** A new process's connection. */
  connect(): Cluster {
    let own: number | undefined;
    const write = <T>(value: T): Entry<T> => {
      this.#revision += 1;
      return { value, revision: this.#revision, writtenMs: this.#now() };
    };
    const holds = () => own !== undefined && this.#alive(this.#leader)?.revision === own;
    return {
      leaseMs: this.#leaseMs,
      acquire: async (claim, termMin) => {
        this.#check();
        if (this.#alive(this.#leader) !== undefined) return undefined;
        const term = Math.max(termMin, this.#revision + 1);
        this.#leader = write({ ...claim, term });
        own = this.#leader.revision;
        this.#tell();
        return term;
      },
      renew: async (claim) => {
        this.#check();
        if (!holds() || this.#leader === undefined) {
          own = undefined;
          return false;
        }
        this.#leader = write({ ...claim, term: this.#leader.value.term });
        own = this.#leader.revision;
        this.#tell();
        return true;
      },
      release: async () => {
        this.#check();
        if (holds()) {
          this.#leader = undefined;
          this.#tell();
        }
        own = undefined;
      },
      announce: async (member) => {
        this.#check();
        this.#members.set(member.id, write(member));
      },
      withdraw: async ({ id }) => {
        this.#check();
        this.#members.delete(id);
      },
      look: async () => {
        this.#check();
        const members = [...this.#members.values()].filter((entry) => this.#alive(entry));
        return {
          leader: this.#alive(this.#leader)?.value,
          members: members.map(({ value }) => value).toSorted(byId),
        };
      },
      watch: (changed) => {
        this.#watchers.add(changed);
        return () => this.#watchers.delete(changed);
      },
      close: async () => {},
    };
  }

  #tell(): void {
    for (const changed of this.#watchers) changed();
  }

  #check(): void {
    if (this.isDown) throw new ClusterUnreachable(sentence("cluster-unreachable"));
  }

  #alive<T>(entry: Entry<T> | undefined): Entry<T> | undefined {
    const isAlive = entry !== undefined && this.#now() - entry.writtenMs < this.#leaseMs;
    return isAlive ? entry : undefined;
  }
}
