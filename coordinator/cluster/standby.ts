/**
 * @file The coordinator that waits: it follows the leader's run whenever the cluster's entry changes, and takes the lease when
 * nobody leads. `decisions.ts` decides; this file asks and waits.
 */
import { assertNever } from "../../shared/assert.ts";
import { type Sentence, sentence, SentenceError } from "../../shared/words/sentence.ts";
import {
  type Claim,
  type Cluster,
  type ClusterState,
  ClusterUnreachable,
  type Leader,
} from "./cluster.ts";
import { afterLook, highest } from "./decisions.ts";

/** Looks per lease, besides those after a change: nobody tells that a lease ran out, which is seen at most a tenth of it late. */
const looksPerLease = 10;
/** A leader is announced so often that workers have the list of doors a moment after a standby came. */
const announcementsPerLease = 3;

export interface StandbyOptions {
  readonly cluster: Cluster;
  /** This process, and its door. */
  readonly own: Pick<Claim, "id" | "url">;
  /** The highest term that this process has seen. */
  readonly term: number;
  /** Copies what is new of the leader's run; returns the newest step that it has. Throws SentenceError. */
  readonly follow: (leader: Leader) => Promise<number | undefined>;
  /** Whether the process ends when the run does. */
  readonly endsWithRun: boolean;
  readonly report: (said: Sentence) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Why it waits no longer. */
export type EndOfWait =
  | { readonly kind: "leads"; readonly term: number }
  /** The run is over, so there is nothing to lead. */
  | { readonly kind: "over" };

export class Standby {
  readonly #options: StandbyOptions;
  #term: number;
  /** The end of the last silence of the engine. */
  #downUntilMs = -Infinity;
  #announcedMs = -Infinity;
  #isStopped = false;
  #hasFollowed = false;
  #leader: Leader | undefined;
  #said = "";
  /** Ends the wait for the next look. */
  #wake = () => {};

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.#term = options.term;
  }

  /** The leader that it follows; for the page that says so. */
  get leader(): Leader | undefined {
    return this.#leader;
  }

  /** Ends the wait without a result. */
  stop(): void {
    this.#isStopped = true;
  }

  /** @returns How the wait ended; `undefined` if it was stopped. */
  async wait(): Promise<EndOfWait | undefined> {
    const { cluster, sleep } = this.#options;
    const stopWatching = cluster.watch(() => this.#wake());
    try {
      while (!this.#isStopped) {
        const changed = new Promise<void>((resolve) => (this.#wake = resolve));
        // oxlint-disable-next-line no-await-in-loop -- one look after the other
        const end = await this.#look();
        if (end !== undefined) return end;
        // oxlint-disable-next-line no-await-in-loop
        await Promise.race([changed, sleep(cluster.leaseMs / looksPerLease)]);
      }
      return undefined;
    } finally {
      stopWatching();
    }
  }

  async #look(): Promise<EndOfWait | undefined> {
    const { cluster, now, endsWithRun } = this.#options;
    const state = await this.#ask();
    this.#term = highest(this.#term, state);
    this.#leader = state?.leader;
    const quietMs = now() - this.#downUntilMs;
    const hasFollowed = this.#hasFollowed;
    const next = afterLook(state, { quietMs, leaseMs: cluster.leaseMs, endsWithRun, hasFollowed });
    switch (next) {
      case "wait":
        return undefined;
      case "acquire":
        return await this.#acquire();
      case "follow":
        await this.#follow(state?.leader);
        return undefined;
      case "end":
        if (state?.leader?.url !== "") await this.#follow(state?.leader);
        return { kind: "over" };
      default:
        return assertNever(next);
    }
  }

  /** What there is to see; `undefined` if the engine did not answer. */
  async #ask(): Promise<ClusterState | undefined> {
    const { cluster, own, now } = this.#options;
    try {
      if (now() - this.#announcedMs >= cluster.leaseMs / announcementsPerLease) {
        await cluster.announce({ ...own, kind: "coordinator" });
        this.#announcedMs = now();
      }
      return await cluster.look();
    } catch (error) {
      if (!(error instanceof ClusterUnreachable)) throw error;
      this.#downUntilMs = now();
      this.#say(sentence("waits-for-cluster"));
      return undefined;
    }
  }

  async #acquire(): Promise<EndOfWait | undefined> {
    const { cluster, own, now } = this.#options;
    const claim: Claim = { ...own, run: "", checkpoint: null, best: null, isOver: false };
    try {
      const term = await cluster.acquire(claim, this.#term + 1);
      return term === undefined ? undefined : { kind: "leads", term };
    } catch (error) {
      if (!(error instanceof ClusterUnreachable)) throw error;
      this.#downUntilMs = now();
      return undefined;
    }
  }

  async #follow(leader: Leader | undefined): Promise<void> {
    if (leader === undefined) return;
    this.#hasFollowed ||= !leader.isOver;
    try {
      const step = await this.#options.follow(leader);
      const url = leader.url === "" ? leader.id : leader.url;
      // Without its number, so that it is said once.
      this.#say(
        step === undefined ? sentence("stands-by", { url }) : sentence("stands-by-ready", { url }),
      );
    } catch (error) {
      if (!(error instanceof SentenceError)) throw error;
      this.#say(error.said);
    }
  }

  /** A state is reported once. */
  #say(said: Sentence): void {
    const text = JSON.stringify(said);
    if (text === this.#said) return;
    this.#said = text;
    this.#options.report(said);
  }
}
