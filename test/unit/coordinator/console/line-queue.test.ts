import { EventEmitter } from "node:events";

import { expect, test } from "vitest";

import { LineQueue } from "../../../../coordinator/console/line-queue.ts";
import { sayAtTerminal } from "../../../../shared/words/sentence.ts";

/** An output that accepts lines until the test says otherwise. */
class FakeOutput extends EventEmitter {
  isRead = true;
  readonly lines: string[] = [];

  write(text: string): boolean {
    this.lines.push(text);
    return this.isRead;
  }

  readAgain(): void {
    this.isRead = true;
    this.emit("drain");
  }
}

function longLine(number: number): string {
  return String(number).padStart(1024, ".");
}

function open() {
  const output = new FakeOutput();
  return { output, queue: new LineQueue(output, sayAtTerminal) };
}

test("writes each line at once, with its line break, while they are read", () => {
  const { output, queue } = open();
  queue.add("one");
  queue.add("two");
  expect(output.lines).toEqual(["one\n", "two\n"]);
});

test("keeps 3 lines for a slow reader, in order", () => {
  const { output, queue } = open();
  output.isRead = false;
  for (const line of ["one", "two", "three", "four"]) queue.add(line);
  expect(output.lines).toEqual(["one\n"]);
  output.readAgain();
  expect(output.lines).toEqual(["one\n", "two\n", "three\n", "four\n"]);
});

test("writes no more than is accepted at once when it is read again", () => {
  const { output, queue } = open();
  output.isRead = false;
  for (const line of ["one", "two", "three"]) queue.add(line);
  output.emit("drain");
  expect(output.lines).toEqual(["one\n", "two\n"]);
});

test("drops the oldest of 5,000 lines beyond 2²⁰ characters, and says in their place how many", () => {
  const { output, queue } = open();
  output.isRead = false;
  for (let i = 0; i < 5_000; i++) queue.add(longLine(i));
  output.readAgain();
  // The first one was being written; 1,024 have room.
  expect(output.lines.length).toBe(1 + 1 + 1024);
  expect(output.lines[1]).toBe("… 3,975 lines were not shown\n");
  expect(output.lines[2]).toBe(`${longLine(3_976)}\n`);
  expect(output.lines.at(-1)).toBe(`${longLine(4_999)}\n`);
  queue.add("after");
  expect(output.lines.at(-1)).toBe("after\n");
});

test("keeps nothing for a reader that has gone away", () => {
  const { output, queue } = open();
  output.isRead = false;
  queue.add("one");
  queue.add("two");
  output.emit("error", new Error("EPIPE"));
  output.readAgain();
  queue.add("three");
  expect(output.lines).toEqual(["one\n"]);
});
