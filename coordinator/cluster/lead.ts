/**
 * @file The coordinator that leads: renews its lease, says where the newest checkpoint is, keeps the list of doors, and
 * finds out when another coordinator leads. `decisions.ts` decides; this file asks and waits.
 */
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { type Claim, type Cluster, type ClusterState, ClusterUnreachable } from "./cluster.ts";
import { afterRenewal, highest } from "./decisions.ts";
import type { LedRun, Shelf } from "./shelf.ts";

/** Renewals per lease: two may get lost. */
const renewalsPerLease = 3;

export interface LeadOptions {
  readonly cluster: Cluster;
  /** This process, and its door. */
  readonly own: Pick<Claim, "id" | "url">;
  /** The term of the lease, which this process has just acquired. */
  readonly term: number;
  readonly shelf: Shelf;
  readonly report: (said: Sentence) => void;
  /** Calls back once after a delay. Returns a function that cancels it. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

/** What a program that leads is told. */
export interface Led {
  readonly current: () => LedRun | undefined;
  /** The doors at which the run's workers may join have changed. */
  readonly doors: (term: number, urls: readonly string[]) => void;
}

export class Lead {
  readonly shelf: Shelf;
  /** Resolves when another coordinator leads. */
  readonly lost: Promise<"lost">;
  readonly #options: LeadOptions;
  #term: number;
  #url: string;
  #state: ClusterState | undefined;
  #isDown = false;
  #told = "";
  #isEnding = false;
  #led: Led | undefined;
  #turn = Promise.resolve();
  #cancel = () => {};
  #lose: (lost: "lost") => void = () => {};

  /** Starts renewing at once, because a run may take long to prepare. */
  constructor(options: LeadOptions) {
    this.#options = options;
    this.#term = options.term;
    this.#url = options.own.url;
    this.shelf = options.shelf;
    this.lost = new Promise((resolve) => (this.#lose = resolve));
    this.#next();
  }

  get term(): number {
    return this.#term;
  }

  /** The program listens: enters its door, and tells it the others. */
  async begin(url: string, led: Led): Promise<void> {
    this.#url = url;
    this.#led = led;
    this.shelf.attach(led.current);
    this.#cancel();
    await this.#renewSoon();
  }

  /** The program ends: with its run, or so that a standby continues it at once. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#cancel();
    await this.#turn;
    const { cluster, own } = this.#options;
    try {
      await this.shelf.refresh();
      const claim = this.#claim();
      // A run that is over stays on show for a lease's time, without an address, so that standbys hear of it.
      if (claim.isOver) await cluster.renew({ ...claim, url: "" });
      else await cluster.release();
      await cluster.withdraw(own);
    } catch (error) {
      // Without its engine, the lease runs out by itself.
      if (!(error instanceof ClusterUnreachable)) throw error;
    }
  }

  /** Workers hear of a change, and of nothing else. */
  #tell(urls: readonly string[]): void {
    const told = [this.#term, ...urls].join();
    if (this.#led === undefined || told === this.#told) return;
    this.#told = told;
    this.#led.doors(this.#term, urls);
  }

  #claim(): Claim {
    return { id: this.#options.own.id, url: this.#url, ...this.shelf.claim };
  }

  #next(): void {
    if (this.#isEnding) return;
    // Whoever asked for a renewal in between has started the wait anew.
    this.#cancel();
    const { after, cluster } = this.#options;
    this.#cancel = after(cluster.leaseMs / renewalsPerLease, () => void this.#renewSoon());
  }

  /** One renewal at a time. */
  #renewSoon(): Promise<void> {
    const before = this.#turn;
    this.#turn = (async () => {
      await before;
      if (this.#isEnding) return;
      await this.#renew();
      this.#next();
    })();
    return this.#turn;
  }

  async #renew(): Promise<void> {
    const { cluster, own, report } = this.#options;
    await this.shelf.refresh();
    const renewal = await this.#askAll();
    if (this.#isDown !== (renewal === "unreachable")) {
      this.#isDown = renewal === "unreachable";
      report(sentence(this.#isDown ? "leads-without-cluster" : "cluster-is-back"));
    }
    const leader = this.#state?.leader;
    const next = afterRenewal(renewal, own, leader);
    if (next === "lead") return;
    if (next === "acquire" && (await this.#acquire(cluster))) return;
    const by =
      leader === undefined || leader.url === "" ? sentence("another-coordinator") : leader.url;
    report(sentence("stepped-down", { by }));
    this.#isEnding = true;
    this.#lose("lost");
  }

  /** @returns Whether it leads again. */
  async #acquire(cluster: Cluster): Promise<boolean> {
    try {
      const termMin = highest(this.#term, this.#state) + 1;
      const term = await cluster.acquire(this.#claim(), termMin);
      if (term !== undefined) this.#term = term;
      return term !== undefined;
    } catch (error) {
      if (!(error instanceof ClusterUnreachable)) throw error;
      // Nobody else can have acquired it; the next renewal tries again.
      return true;
    }
  }

  async #askAll(): Promise<"renewed" | "lost" | "unreachable"> {
    const { cluster, own } = this.#options;
    try {
      const isRenewed = await cluster.renew(this.#claim());
      if (isRenewed && this.#url !== "") {
        await cluster.announce({ id: own.id, kind: "coordinator", url: this.#url });
      }
      this.#state = await cluster.look();
      const urls = this.#state.members.map(({ url }) => url).filter((url) => url !== "");
      if (isRenewed) this.#tell(urls);
      return isRenewed ? "renewed" : "lost";
    } catch (error) {
      if (!(error instanceof ClusterUnreachable)) throw error;
      return "unreachable";
    }
  }
}
