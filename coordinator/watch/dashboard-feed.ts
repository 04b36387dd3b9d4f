/**
 * @file What the dashboards are told: a snapshot of everything small a few times a second, and of what grows only the
 * part that each of them does not have yet. Everything is encoded once, however many watch; nothing is, if nobody does.
 */
import { bytesOf } from "../../shared/bytes.ts";
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

/** Events that who opens a dashboard now is told of. */
const eventsKept = 100;
/** Points in one message; the rest comes with the next snapshot. 400 kB. */
const pointsPerMessage = 16_384;

/** What the feed is made from. */
export interface FeedSource {
  readonly current: () => CurrentRun | undefined;
  readonly records: () => readonly RunRecordView[];
  readonly view: () => CoordinatorView;
  readonly timeline: () => TimelineView | null;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
}

/** How far one dashboard has been told. */
export interface Cursor {
  run: number;
  stride: number;
  points: number;
  /** Step of the last evaluation. */
  tests: number;
  records: string;
  events: number;
}

interface Numbered {
  readonly number: number;
  readonly text: string;
}

export class DashboardFeed {
  readonly #source: FeedSource;
  #events: Numbered[] = [];
  #nextEvent = 1;
  /** Encoded since the last `refresh`, by what they are. */
  readonly #encoded = new Map<string, string | Uint8Array>();

  constructor(source: FeedSource) {
    this.#source = source;
  }

  newCursor(): Cursor {
    return { run: 0, stride: 1, points: 0, tests: -1, records: "", events: 0 };
  }

  /** Notes what happened. Tokens are in `listening`; epochs are in the curves. */
  event(event: CoordinatorEvent): void {
    if (event.event === "listening" || event.event === "epoch") return;
    // Where files lie on this machine is the operator's business.
    const told = event.event === "finished" ? { ...event, checkpoint: null } : event;
    const text = encode({ kind: "event", atMs: this.#source.wallMs(), event: told });
    this.#events.push({ number: this.#nextEvent++, text });
    if (this.#events.length > eventsKept) this.#events.shift();
  }

  /** Takes a new snapshot: to be called before a round of `news`. */
  refresh(): void {
    this.#encoded.clear();
  }

  /** Everything that a dashboard has not been told yet, in order; moves its cursor. */
  news(cursor: Cursor): (string | Uint8Array)[] {
    const news: (string | Uint8Array)[] = [];
    const current = this.#source.current();
    if (current !== undefined) {
      if (cursor.run !== current.number) {
        Object.assign(cursor, { run: current.number, stride: 1, points: 0, tests: -1 });
        news.push(this.#once("run", () => runMessage(current)));
      }
      news.push(...this.#tests(cursor, current), ...this.#points(cursor, current));
    }
    news.push(...this.#recordsAndEvents(cursor));
    news.push(this.#once("state", () => this.#stateMessage()));
    return news;
  }

  #tests(cursor: Cursor, { run: { progress } }: CurrentRun): (string | Uint8Array)[] {
    const { evaluation, testCurve: points } = progress;
    const step = evaluation?.step ?? 0;
    if (cursor.tests === step) return [];
    cursor.tests = step;
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
    // What changes while a run goes on is in the snapshot; here only beginnings and ends count.
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
    // The curves come on their own.
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

function withoutCurves(run: RunView): RunView {
  const { lastEvaluation } = run;
  return {
    ...run,
    trainCurve: [],
    testCurve: [],
    lastEvaluation: lastEvaluation && { ...lastEvaluation, confusion: [] },
  };
}

function runMessage({ number, prepared: { config } }: CurrentRun): string {
  return encode({ kind: "run", number, config });
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
