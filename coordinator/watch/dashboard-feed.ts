/**
 * @file The messages to the dashboards: a snapshot of everything small a few times per second, and of growing data
 * only the part that each dashboard does not have yet. Everything is encoded once, however many watch, and not at
 * all if nobody does.
 */
import { bytesOf } from "../../shared/bytes.ts";
import type { LoggedEvent } from "../run/handover.ts";
import { type History, pointsHeadBytes } from "../run/history.ts";
import type {
  CoordinatorEvent,
  CoordinatorView,
  RunRecordView,
  RunView,
  TimelineView,
} from "../run/view.ts";
import type { CurrentRun } from "../runs.ts";
import type { DashboardMessage } from "./dashboard-messages.ts";

/** Past events that a newly opened dashboard receives. */
const eventsKept = 100;
/** Points per message (400 kB). The rest follows with the next snapshot. */
const pointsPerMessage = 16_384;

/** The sources of the feed. */
export interface FeedSource {
  readonly current: () => CurrentRun | undefined;
  readonly records: () => readonly RunRecordView[];
  readonly view: () => CoordinatorView;
  readonly timeline: () => TimelineView | null;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
}

/** How far one dashboard is up to date. */
export interface Cursor {
  run: CurrentRun | undefined;
  stride: number;
  points: number;
  /** Step and split of the last evaluation. */
  tests: string;
  records: string;
  events: number;
}

interface Numbered {
  readonly number: number;
  readonly text: string;
}

export class DashboardFeed {
  readonly #source: FeedSource;
  #log: LoggedEvent[] = [];
  #events: Numbered[] = [];
  #nextEvent = 1;
  /** Messages encoded since the last `refresh`, keyed by kind. */
  readonly #encoded = new Map<string, string | Uint8Array>();

  constructor(source: FeedSource) {
    this.#source = source;
  }

  newCursor(): Cursor {
    return { run: undefined, stride: 1, points: 0, tests: "", records: "", events: 0 };
  }

  /**
   * Records an event, except those that dashboards don't need: `listening` contains tokens, epochs are in the curves,
   * and a page writes its own samples.
   */
  event(event: CoordinatorEvent): void {
    if (["listening", "epoch", "sample"].includes(event.event)) return;
    this.#add({ atMs: this.#source.wallMs(), event: withoutPaths(event) });
  }

  /** The last events, oldest first. */
  get log(): readonly LoggedEvent[] {
    return this.#log;
  }

  /** Starts with the events of the process before this one. */
  recall(log: readonly LoggedEvent[]): void {
    for (const logged of log.slice(-eventsKept)) this.#add(logged);
  }

  #add(logged: LoggedEvent): void {
    this.#log.push(logged);
    this.#events.push({ number: this.#nextEvent++, text: encode({ kind: "event", ...logged }) });
    if (this.#log.length <= eventsKept) return;
    this.#log.shift();
    this.#events.shift();
  }

  /** Takes a new snapshot. Call it before a round of `news`. */
  refresh(): void {
    this.#encoded.clear();
  }

  /** Everything that a dashboard has not received yet, in order; moves its cursor. */
  news(cursor: Cursor): (string | Uint8Array)[] {
    const news: (string | Uint8Array)[] = [];
    const current = this.#source.current();
    if (current !== undefined) {
      if (cursor.run !== current) {
        Object.assign(cursor, { run: current, stride: 1, points: 0, tests: "" });
        news.push(this.#once("run", () => runMessage(current)));
      }
      news.push(...this.#tests(cursor, current), ...this.#points(cursor, current));
    }
    news.push(...this.#recordsAndEvents(cursor));
    news.push(this.#once("state", () => this.#stateMessage()));
    return news;
  }

  #tests(cursor: Cursor, { run: { progress } }: CurrentRun): (string | Uint8Array)[] {
    const { testCurve: points } = progress;
    // At the end, the test split takes the place of the validation split.
    const { test, evaluation: newest } = progress;
    const evaluation = test !== null && test.step >= (newest?.step ?? 0) ? test : newest;
    const which = `${evaluation?.step} ${evaluation?.split}`;
    if (cursor.tests === which) return [];
    cursor.tests = which;
    return [this.#once("tests", () => encode({ kind: "tests", points, evaluation }))];
  }

  #points(cursor: Cursor, { number, run }: CurrentRun): (string | Uint8Array)[] {
    const { history } = run.progress;
    if (cursor.stride !== history.stride) {
      cursor.stride = history.stride;
      cursor.points = 0;
    }
    const from = cursor.points;
    if (from === history.count) return [];
    cursor.points = Math.min(history.count, from + pointsPerMessage);
    const end = cursor.points;
    return [this.#once(`points ${from}`, () => pointsMessage({ number, history, from, end }))];
  }

  #recordsAndEvents(cursor: Cursor): (string | Uint8Array)[] {
    const news: (string | Uint8Array)[] = [];
    const records = this.#source.records();
    // Changes during a run are in the snapshot. Only starts, ends and disturbances count here.
    const version = records
      .map(({ number, fingerprint, disturbances }) => `${number}${fingerprint}${disturbances}`)
      .join();
    if (cursor.records !== version) {
      cursor.records = version;
      news.push(this.#once("runs", () => encode({ kind: "runs", runs: records })));
    }
    for (const { number, text } of this.#events) if (number > cursor.events) news.push(text);
    cursor.events = this.#nextEvent - 1;
    return news;
  }

  #stateMessage(): string {
    const { view, timeline } = this.#source;
    const whole = view();
    // The curves are sent separately.
    const run = whole.run === null ? null : withoutCurves(whole.run);
    return encode({ kind: "state", view: { ...whole, run }, timeline: timeline() });
  }

  #once(what: string, make: () => string | Uint8Array): string | Uint8Array {
    let made = this.#encoded.get(what);
    if (made === undefined) {
      made = make();
      this.#encoded.set(what, made);
    }
    return made;
  }
}

/** The paths of files on this machine are for the operator only. */
function withoutPaths(event: CoordinatorEvent): CoordinatorEvent {
  if (event.event === "finished") return { ...event, checkpoint: null };
  if (event.event === "stopped") return { ...event, checkpoint: null, resume: null };
  return event;
}

function withoutCurves(run: RunView): RunView {
  const { lastEvaluation, testEvaluation } = run;
  return {
    ...run,
    trainCurve: [],
    testCurve: [],
    lastEvaluation: lastEvaluation && { ...lastEvaluation, sums: [] },
    testEvaluation: testEvaluation && { ...testEvaluation, sums: [] },
  };
}

function runMessage({ number, prepared }: CurrentRun): string {
  const { config, data, dataset } = prepared;
  const { target, featureShape, preprocessing, ...splits } = dataset.dataset;
  const { train, validation, test } = splits;
  return encode({
    kind: "run",
    number,
    config,
    target,
    counts: { train: train.count, validation: validation?.count ?? 0, test: test.count },
    featureShape,
    record: preprocessing?.kind ?? null,
    validation: data.validation ?? null,
  });
}

function pointsMessage({
  number,
  history,
  from,
  end,
}: {
  readonly number: number;
  readonly history: History;
  readonly from: number;
  readonly end: number;
}): Uint8Array {
  const points = bytesOf(history.points(from, end));
  const message = new Uint8Array(pointsHeadBytes + points.length);
  const head = new DataView(message.buffer);
  head.setUint32(0, number, true);
  head.setUint32(4, history.stride, true);
  head.setUint32(8, from, true);
  message.set(points, pointsHeadBytes);
  return message;
}

function encode(message: DashboardMessage): string {
  return JSON.stringify(message);
}
