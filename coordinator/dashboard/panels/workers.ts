/** @file The workers, one row each, and their combined speed as a multiple of one thread's. */
import type { CrewBranch, TimelineView, WorkerView } from "../../run/view.ts";
import { figures } from "../charts/format.ts";
import { type Cell, element, fillBody, fillHead, setText } from "../page.ts";
import { say } from "../texts/language.ts";

/** Weight of the newest value in the displayed speed-up. */
const newestWeight = 0.15;

export class WorkersPanel {
  readonly #table = element("workers", HTMLTableElement);
  #speedUp: number | undefined;

  /** @param isOver - Whether the run is over: a worker that is ready for it waits for another. */
  show(workers: readonly WorkerView[], timeline: TimelineView | null, isOver: boolean): void {
    element("no-workers").hidden = workers.length > 0;
    this.#table.hidden = workers.length === 0;
    fillHead(this.#table, [
      say("name"),
      say("state"),
      say("threads"),
      say("share"),
      say("samplesPerSecond"),
      say("roundTrip"),
      say("blocks"),
      say("runsIn"),
    ]);
    fillBody(
      this.#table,
      workers.flatMap((worker) => {
        const isWaiting = isOver && worker.state === "ready";
        const row = rowOf(isWaiting ? { ...worker, state: "waiting" } : worker);
        return [row, ...(worker.crew?.branches ?? []).map(branchRow)];
      }),
    );
    this.#showSpeedUp(workers, timeline?.speedUp ?? null);
  }

  #showSpeedUp(workers: readonly WorkerView[], newest: number | null): void {
    if (newest !== null) {
      this.#speedUp =
        (this.#speedUp ?? newest) + newestWeight * (newest - (this.#speedUp ?? newest));
    }
    const busy = workers.filter(({ state }) => state === "working" || state === "ready");
    const threads = busy.reduce((sum, worker) => sum + worker.threads, 0);
    const times = this.#speedUp;
    const text =
      times === undefined || threads === 0
        ? ""
        : say("speedUp", {
            times: figures.fixed(times, 2),
            efficiency: Math.round((100 * times) / threads),
            threads,
          });
    setText(element("speed-up"), text);
  }
}

function rowOf(worker: WorkerView): Cell[] {
  const { kind, state, threads, share, samplesPerSecond, roundTripMs, blocksDone } = worker;
  return [
    { text: shownName(worker) },
    { text: say(`state${state}`), className: `state-${state}` },
    { text: String(threads) },
    { text: figures.percent(share) },
    { text: figures.whole(samplesPerSecond) },
    { text: roundTripMs === null ? "–" : `${figures.fixed(roundTripMs, 1)} ms` },
    { text: figures.whole(blocksDone) },
    { text: say(`kind${kind}`) },
  ];
}

/** A relay below a relay: what the coordinator knows of it. */
function branchRow({ depth, name, workers }: CrewBranch): Cell[] {
  const figuresOfWorkers = Array.from({ length: 6 }, () => ({ text: "" }));
  const indent = "\u2003".repeat(depth - 1);
  const text = `${indent}└ ${say("relayed", { name, workers })}`;
  return [{ text, className: "branch" }, ...figuresOfWorkers, { text: say("kindrelay") }];
}

/** A relay's with how many are below it. */
function shownName({ name, crew }: WorkerView): string {
  if (crew === undefined) return name;
  const { workers, relays } = crew;
  return say(relays === 0 ? "relayed" : "relayedDeep", { name, workers, relays });
}
