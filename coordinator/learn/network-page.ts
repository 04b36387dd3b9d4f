/**
 * @file The page's side of its network: passes questions to the web worker one at a time, keeps the answers, and wakes
 * who asked. Of one section only the latest question waits, so that dragging does not fill a queue.
 */
import type { RunState } from "./models/network/run-state.ts";
import type { ThreadReply, ThreadRequest } from "./models/network/thread-messages.ts";
import type { Answer, AnswerBody, Question } from "./models/questions.ts";

/** Answers to keep: back and forth in a slider is instant, and memory stays small. */
const answersMax = 60;

export interface Asking {
  /** An answer has come. */
  answered(): void;
}

export class NetworkPage {
  readonly #worker = new Worker("learn-thread.js");
  readonly #answers = new Map<string, Answer>();
  /** By who asks. */
  readonly #waiting = new Map<Asking, Question>();
  #asked: { readonly question: Question; readonly by: Asking } | undefined;
  readonly #failed = new Set<string>();
  #isBroken = false;
  #isStale = false;
  /** Those who wait until a file is read, in order. */
  readonly #reading: ((step: number | undefined) => void)[] = [];
  #nextId = 1;

  constructor() {
    // The script of the thread did not come, or the browser could not start it.
    this.#worker.addEventListener("error", () => this.#fail());
    this.#worker.addEventListener("message", ({ data }: MessageEvent<ThreadReply>) => {
      if (data.kind === "read") this.#hasRead(data.step);
      else if (data.kind !== "trained") {
        this.#receive(data.kind === "answer" ? data.body : undefined);
      }
    });
  }

  #fail(): void {
    this.#isBroken = true;
    if (this.#asked !== undefined) this.#asked.by.answered();
    for (const by of this.#waiting.keys()) by.answered();
    this.#waiting.clear();
  }

  /** The answer if it is known. If not, it will come, and whoever asks is woken then; or it never will. */
  ask(question: Question, by: Asking): Answer | "failed" | undefined {
    const key = JSON.stringify(question);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    if (this.#isBroken || this.#failed.has(key)) return "failed";
    if (this.#asked?.by === by && JSON.stringify(this.#asked.question) === key) {
      // It is being answered; what was asked after it is not wanted any more.
      this.#waiting.delete(by);
      return undefined;
    }
    this.#waiting.set(by, question);
    this.#send();
    return undefined;
  }

  /** Answers from now on for another network. Whoever shows an answer for the one before has to be woken. */
  use(run: RunState): void {
    const request: ThreadRequest = { kind: "use", run };
    this.#worker.postMessage(request, []);
    this.#answers.clear();
    this.#failed.clear();
    this.#isStale = this.#asked !== undefined;
  }

  /**
   * Answers from now on for the network in a file, if the pictures can show it.
   *
   * @returns Its committed steps, or `undefined`: nothing has changed.
   */
  async read(bytes: Uint8Array): Promise<number | undefined> {
    const request: ThreadRequest = { kind: "read", bytes };
    this.#worker.postMessage(request, []);
    return await new Promise((resolve) => this.#reading.push(resolve));
  }

  /** What was asked before the file has been answered before this. */
  #hasRead(step: number | undefined): void {
    if (step !== undefined) this.#answers.clear();
    this.#reading.shift()?.(step);
  }

  #send(): void {
    if (this.#asked !== undefined) return;
    const [next] = this.#waiting;
    if (next === undefined) return;
    const [by, question] = next;
    this.#waiting.delete(by);
    this.#asked = { question, by };
    const request: ThreadRequest = { kind: "ask", question };
    this.#worker.postMessage(request, []);
  }

  #receive(body: AnswerBody<Question["kind"]> | undefined): void {
    const asked = this.#asked;
    this.#asked = undefined;
    // Asked before, and answered for, the network before.
    const isStale = this.#isStale;
    this.#isStale = false;
    if (isStale && asked !== undefined) this.#waiting.set(asked.by, asked.question);
    else if (asked !== undefined && body === undefined) {
      this.#failed.add(JSON.stringify(asked.question));
      asked.by.answered();
    } else if (asked !== undefined && body !== undefined) {
      const { question, by } = asked;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a body is of its question's kind
      const answer = { ...body, kind: question.kind, id: this.#nextId++ } as Answer;
      this.#answers.set(JSON.stringify(question), answer);
      const [oldest] = this.#answers.keys();
      if (this.#answers.size > answersMax && oldest !== undefined) this.#answers.delete(oldest);
      by.answered();
    }
    this.#send();
  }
}
