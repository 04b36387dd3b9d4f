/**
 * @file The simulator's world: one virtual clock, one queue of events and one seeded generator. Everything in a
 * simulation is an event of this queue, so a seed fixes the order of events and every bit of the trace.
 */
import { assert, known } from "../../../shared/assert.ts";
import { Random } from "../../../shared/random.ts";

/** Cancels an event; does nothing once it has happened. */
export type Cancel = () => void;

interface Event {
  atMs: number;
  /** It is due and waits until its owner is free. */
  isPutOff: boolean;
  /** Breaks ties: first in, first out. */
  readonly order: number;
  readonly run: (() => void) | undefined;
  readonly label: string;
  /** The process that handles it. A busy process handles it when it is free, a dead one never. */
  readonly owner: Process | undefined;
  cancelled: boolean;
}

export class World {
  readonly random: Random;
  readonly trace = new Trace();
  nowMs = 0;
  /** Events that have happened. */
  eventCount = 0;
  /** Set by code that starts or settles a promise: continuations run before the next event. */
  promisesPending = false;
  /** Offset of the wall clock, which may jump. */
  wallOffsetMs = 0;
  readonly #queue = new EventQueue();
  #order = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** Number of waiting events. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** The value of `Date.now()`. */
  get wallMs(): number {
    return 1_800_000_000_000 + this.nowMs + this.wallOffsetMs;
  }

  /** Schedules an event; the returned function cancels it. */
  after(delayMs: number, label: string, run: () => void, owner?: Process): Cancel {
    assert(delayMs >= 0, `an event lies in the future, got ${delayMs} for ${label}`);
    const atMs = this.nowMs + delayMs;
    const order = this.#order++;
    const event = { atMs, isPutOff: false, order, run, label, owner, cancelled: false };
    this.#queue.push(event);
    return () => (event.cancelled = true);
  }

  /** Executes the next event. Returns whether there was one. */
  step(): boolean {
    for (;;) {
      const event = this.#queue.pop();
      if (event === undefined) return false;
      const { owner } = event;
      if (event.cancelled || owner?.alive === false) continue;
      if (owner !== undefined && owner.freeAtMs > event.atMs) {
        event.atMs = owner.freeAtMs;
        event.isPutOff = true;
        this.#queue.push(event);
        continue;
      }
      this.#happen(event);
      return true;
    }
  }

  /** A process is free earlier than expected, so its waiting events are due now. */
  hasten(process: Process): void {
    for (const event of this.#queue.takeAll()) {
      if (event.owner === process && event.isPutOff) event.atMs = this.nowMs;
      this.#queue.push(event);
    }
  }

  #happen({ atMs, label, run, owner }: Event): void {
    this.nowMs = atMs;
    this.eventCount += 1;
    this.trace.note(atMs, owner?.name ?? "world", label);
    if (owner === undefined) run?.();
    else owner.work(() => run?.());
  }

  /** Adds something to the trace that is not an event. */
  note(name: string, text: string): void {
    this.trace.note(this.nowMs, name, text);
  }

  // ── draws ───────────────────────────────────────────────────────────────────────────────────────────────────────

  chance(probability: number): boolean {
    return probability > 0 && this.random.uniform() < probability;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.random.uniform();
  }

  /** Small as often as large: uniform in the logarithm. */
  scale(low: number, high: number): number {
    return low * (high / low) ** this.random.uniform();
  }

  /** The interval of a memoryless process: −mean · ln(u), bounded so that nothing waits for ever. */
  interval(meanMs: number): number {
    return Math.min(10 * meanMs, -meanMs * Math.log(1 - this.random.uniform()));
  }

  pick<T>(list: readonly T[]): T {
    return known(list[this.random.below(list.length)], "a list to pick from is not empty");
  }
}

/**
 * One program on one machine. It does one thing at a time, may be paused, and may die, after which none of its
 * events happens.
 */
export class Process {
  readonly name: string;
  readonly world: World;
  alive = true;
  /** Busy or paused until this time. */
  freeAtMs = 0;
  /** Timers that are set. */
  timers = 0;
  readonly #bornMs: number;
  #spentMs = 0;
  readonly #atDeath: (() => void)[] = [];

  constructor(world: World, name: string) {
    this.world = world;
    this.name = name;
    // Each machine's monotonic clock starts at a different time.
    this.#bornMs = world.nowMs - world.random.below(1e6);
  }

  /** Milliseconds of this process's monotonic clock. */
  now(): number {
    return this.world.nowMs + this.#spentMs - this.#bornMs;
  }

  /** Spends time on a computation: later messages leave later, and other events wait. */
  spend(ms: number): void {
    this.#spentMs += ms;
  }

  /** Time spent by the current event. */
  get spentMs(): number {
    return this.#spentMs;
  }

  /** Runs one event. */
  work(run: () => void): void {
    this.#spentMs = 0;
    try {
      run();
    } finally {
      this.freeAtMs = Math.max(this.freeAtMs, this.world.nowMs + this.#spentMs);
      this.#spentMs = 0;
    }
  }

  /** Schedules an event of this process, unless it is dead by then. */
  after(delayMs: number, label: string, run: () => void): Cancel {
    return this.world.after(this.#spentMs + Math.max(0, delayMs), label, run, this);
  }

  /** Like `setTimeout`, in whole milliseconds ≥ 1. Counted, so that forgotten timers are noticed. */
  timer(delayMs: number, label: string, run: () => void): Cancel {
    this.timers += 1;
    let pending = true;
    const settle = (): boolean => {
      const wasPending = pending;
      if (pending) this.timers -= 1;
      pending = false;
      return wasPending;
    };
    const cancel = this.after(Math.max(1, Math.trunc(delayMs)), label, () => {
      settle();
      run();
    });
    return () => {
      if (settle()) cancel();
    };
  }

  /** Like `setInterval`. */
  interval(everyMs: number, label: string, run: () => void): Cancel {
    const timers: Cancel[] = [];
    const plan = () => {
      timers[0] = this.timer(everyMs, label, () => {
        plan();
        run();
      });
    };
    plan();
    return () => timers[0]?.();
  }

  /** Its event loop is blocked. */
  pause(ms: number): void {
    this.freeAtMs = Math.max(this.freeAtMs, this.world.nowMs + ms);
  }

  /** Ends a pause. */
  wake(): void {
    this.freeAtMs = Math.min(this.freeAtMs, this.world.nowMs);
    this.world.hasten(this);
  }

  /** Registers a callback for its death. */
  atDeath(callback: () => void): void {
    this.#atDeath.push(callback);
  }

  /** It dies, whatever it was doing. */
  kill(): void {
    if (!this.alive) return;
    this.alive = false;
    for (const callback of this.#atDeath) callback();
  }
}

/** A hash of everything that happened, in order; and the text, if somebody wants to read it. */
class Trace {
  /** Receives every line; `undefined` if only the hash is wanted. */
  reader: ((line: string) => void) | undefined;
  readonly #time = new Float64Array(1);
  readonly #timeWords = new Uint32Array(this.#time.buffer);
  #low = 0x811c9dc5;
  #high = 0x9e3779b9;

  note(atMs: number, name: string, text: string): void {
    this.#time[0] = atMs;
    this.#mix(this.#timeWords[0] ?? 0);
    this.#mix(this.#timeWords[1] ?? 0);
    this.#mixText(name);
    this.#mixText(text);
    this.reader?.(`${atMs.toFixed(2).padStart(12)}  ${name.padEnd(12)} ${text}`);
  }

  get hash(): string {
    return [this.#high, this.#low].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  #mixText(text: string): void {
    for (let i = 0; i < text.length; i++) this.#mix(text.charCodeAt(i));
  }

  #mix(word: number): void {
    this.#low = Math.imul(this.#low ^ word, 0x01000193) >>> 0;
    this.#high = (Math.imul(this.#high, 0x85ebca6b) ^ (this.#low >>> 13)) >>> 0;
  }
}

/** A binary heap, earliest first. */
class EventQueue {
  readonly #heap: Event[] = [];

  get size(): number {
    return this.#heap.length;
  }

  push(event: Event): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = known(heap[above], "a heap has no holes");
      if (!isBefore(event, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = event;
  }

  /** Removes and returns all events. */
  takeAll(): Event[] {
    return this.#heap.splice(0);
  }

  pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, known(heap[child], "a child"))) child += 1;
      const event = known(heap[child], "a child");
      if (!isBefore(event, last)) break;
      heap[index] = event;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(left: Event, right: Event): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}
