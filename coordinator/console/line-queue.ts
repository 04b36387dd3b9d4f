/** @file Lines for a reader that may be slow: a bounded queue that drops the oldest lines first. */
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { ConsoleOutput } from "./types.ts";

/** A few thousand lines: more than a person scrolls back, and little compared with a run's memory. */
const waitingCharactersMax = 2 ** 20;

export class LineQueue {
  readonly #output: ConsoleOutput;
  readonly #lineOfGap: (gap: Sentence) => string;
  #waiting: string[] = [];
  #waitingCharacters = 0;
  #dropped = 0;
  /** Whether the output accepts lines now. */
  #isOpen = true;
  #isLost = false;

  /** @param lineOfGap - Makes the line that replaces dropped lines, from a sentence about them. */
  constructor(output: ConsoleOutput, lineOfGap: (gap: Sentence) => string) {
    this.#output = output;
    this.#lineOfGap = lineOfGap;
    output.on("drain", () => this.#drain());
    // If the reader goes away, as `head` does, the lines end but the program continues.
    output.on("error", () => {
      this.#isLost = true;
      this.#waiting = [];
    });
  }

  /** Writes a line, or keeps it until the reader has accepted the earlier ones. */
  add(line: string): void {
    if (this.#isLost) return;
    this.#waiting.push(line);
    this.#waitingCharacters += line.length;
    if (this.#isOpen) return this.#drain();
    while (this.#waitingCharacters > waitingCharactersMax) {
      this.#waitingCharacters -= this.#waiting.shift()?.length ?? 0;
      this.#dropped += 1;
    }
  }

  #drain(): void {
    this.#isOpen = true;
    while (this.#isOpen && !this.#isLost) {
      const line = this.#next();
      if (line === undefined) return;
      this.#isOpen = this.#output.write(`${line}\n`);
    }
  }

  #next(): string | undefined {
    if (this.#dropped > 0) {
      const line = this.#lineOfGap(sentence("lines-not-shown", { count: this.#dropped }));
      this.#dropped = 0;
      return line;
    }
    const line = this.#waiting.shift();
    this.#waitingCharacters -= line?.length ?? 0;
    return line;
  }
}
