/** @file Plays what is already computed: moves a cursor through it, forwards by itself and anywhere by hand. */
import { create, setText } from "../dashboard/page.ts";
import { figures, say } from "./language.ts";
import type { Cursor } from "./state/cursor.ts";

/** How long playing takes: long enough to follow, short enough to watch again. */
const msPerStep = 70;
const msMin = 1_200;
const msMax = 4_500;

export class Player {
  readonly element = create("div", "player");
  readonly #button = create("button", "small");
  readonly #slider = create("input");
  readonly #count = create("output", "number");
  readonly #changed: () => void;
  readonly #paceMs: number | undefined;
  #last = 0;
  #position = 0;
  #isPlaying = false;
  /** Where the cursor goes when the course changes; kept until the new course is known. */
  #restAt: "start" | "end" | "begin" | Cursor | undefined;
  /** Whether somebody moved the cursor since the course changed. */
  #isMoved = false;

  /**
   * @param changed - A reader moved the cursor, or lets it run.
   * @param paceMs - Per step; by default faster the more there are.
   */
  constructor(changed: () => void, paceMs?: number) {
    this.#changed = changed;
    this.#paceMs = paceMs;
    this.#button.type = "button";
    this.#button.addEventListener("click", () => this.#toggle());
    this.#slider.type = "range";
    this.#slider.min = "0";
    this.#slider.setAttribute("aria-label", say("step"));
    this.#slider.addEventListener("input", () => {
      this.#isPlaying = false;
      this.#isMoved = true;
      // Whoever moves the cursor wants it there, even before the course of a new state is drawn.
      this.#restAt = undefined;
      this.#position = Number(this.#slider.value);
      changed();
    });
    this.element.append(this.#button, this.#slider, this.#count);
    this.#show();
  }

  get step(): number {
    return Math.floor(this.#position);
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  /** `undefined` where nobody moved it: it is where every player of the same course is. */
  get cursor(): Cursor | undefined {
    return this.#isMoved ? { step: this.step, isPlaying: this.#isPlaying } : undefined;
  }

  /** Puts the cursor where another reader has it, as soon as the course is known. */
  go(cursor: Cursor): void {
    this.#restAt = cursor;
  }

  /** From now on the cursor is at one end of the course. */
  rest(at: "start" | "end"): void {
    this.#isPlaying = false;
    this.#isMoved = false;
    this.#restAt = at;
  }

  /** Plays from the start as soon as the course is known; shows its end at once to readers who want no motion. */
  begin(): void {
    this.#isMoved = false;
    this.#restAt = "begin";
  }

  pause(): void {
    this.#isPlaying = false;
    this.#show();
  }

  /** The course has so many steps after its first. */
  setLast(last: number): void {
    this.#last = last;
    this.#position = Math.min(this.#position, last);
    if (this.#restAt === "start") this.#position = 0;
    if (this.#restAt === "end") this.#position = last;
    if (this.#restAt === "begin") this.#run(0);
    if (typeof this.#restAt === "object") {
      const { step, isPlaying } = this.#restAt;
      this.#isPlaying = false;
      this.#position = Math.min(step, last);
      if (isPlaying) this.#run(this.#position);
    }
    this.#restAt = undefined;
    this.#show();
  }

  /** Time passed. @returns Whether the cursor is at another step. */
  advance(elapsedMs: number): boolean {
    if (!this.#isPlaying) return false;
    const before = this.step;
    const wholeMs =
      this.#paceMs === undefined
        ? Math.min(Math.max(msPerStep * this.#last, msMin), msMax)
        : this.#paceMs * this.#last;
    this.#position = Math.min(this.#position + (elapsedMs * this.#last) / wholeMs, this.#last);
    if (this.#position >= this.#last) this.#isPlaying = false;
    this.#show();
    return this.step !== before;
  }

  /** Plays from a step; to readers who want no motion, the end is shown. */
  #run(from: number): void {
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#isPlaying = !isStill && this.#last > 0;
    this.#position = isStill ? this.#last : from;
  }

  #toggle(): void {
    this.#isMoved = true;
    this.#isPlaying = !this.#isPlaying;
    if (this.#isPlaying && this.step >= this.#last) this.#position = 0;
    this.#show();
    this.#changed();
  }

  #show(): void {
    this.element.hidden = this.#last === 0;
    setText(this.#button, say(this.#isPlaying ? "pause" : "play"));
    this.#button.dataset["playing"] = String(this.#isPlaying);
    this.#slider.max = String(this.#last);
    this.#slider.value = String(this.step);
    setText(this.#count, `${say("step")} ${figures.whole(this.step)}`);
  }
}
