/**
 * @file Lines on their way to a reader that may be slow: a bounded queue in which the newest lines win.
 */
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { ConsoleOutput } from "./types.ts";

/** A few thousand lines: more than a person reads back, and nothing beside a run's memory. */
const waitingCharactersMax = 2 ** 20;

export class LineQueue {
  readonly #output: ConsoleOutput;
  readonly #lineOfGap: (gap: Sentence) => string;
  #waiting: string[] = [];
  #waitingCharacters = 0;
  #dropped = 0;
  /** Whether the output takes lines now. */
  #isOpen = true;
  #isLost = false;

  /** @param lineOfGap - The line that stands where lines were dropped, made from what there is to say of them. */
  constructor(output: ConsoleOutput, lineOfGap: (gap: Sentence) => string) {
    this.#output = output;
    this.#lineOfGap = lineOfGap;
    output.on("drain", () => this.#drain());
    // A reader that has gone away, as `head` does, ends the lines and not the program.
    output.on("error", () => {
      this.#isLost = true;
      this.#waiting = [];
    });
  }

  /** Writes a line, or keeps it until the reader has taken those before it. */
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
