/** @file Settings of a new run as sent by a page. */
import { expect, test } from "vitest";

import { readRequest } from "../../../../coordinator/watch/control.ts";
import { commandSchema } from "../../../../coordinator/watch/dashboard-messages.ts";

test("texts become the values that the command line would read", () => {
  const settings = { layers: "784,32,10", learningRate: "0.5", batchSize: "full", seed: "-3" };
  expect(readRequest(settings, []).given).toEqual({
    layers: [784, 32, 10],
    learningRate: 0.5,
    batchSize: "full",
    seed: -3,
  });
});

test("a mistake is the command line's own sentence", () => {
  expect(() => readRequest({ learningRate: "fast" }, [])).toThrow(
    "learning rate must be a number above 0 (float32), not fast",
  );
  expect(() => readRequest({ port: "80" }, [])).toThrow("there is no setting port");
});

test("a page may name only the folder given on the command line", () => {
  expect(() => readRequest({ dataset: "idx:/etc" }, [])).toThrow(
    "only the operator can name other data",
  );
  expect(() => readRequest({ dataset: "idx:/etc" }, ["mnist:/data"])).toThrow("only the operator");
  expect(readRequest({ dataset: "mnist:/data" }, ["mnist:/data"]).given.dataset).toBe(
    "mnist:/data",
  );
  expect(readRequest({ dataset: "mnist" }, []).given.dataset).toBe("mnist");
});

test("a dataset that no loader has opened to pages is refused, whatever it is", () => {
  for (const dataset of ["mnist:data", "csv:/etc/passwd", "text:.", "nonsense", "digits:0,0"]) {
    expect(() => readRequest({ dataset }, ["mnist:/data"])).toThrow(
      `dataset ${dataset}: a page can choose digits or mnist; only the operator can name other data`,
    );
  }
});

test("10 kinds of command, and none with extra fields", () => {
  const commands = [
    { command: "pause", id: 1 },
    { command: "step", id: 1 },
    { command: "pace", id: 1, pace: "slow" },
    { command: "start", id: 2, settings: { epochs: "3" } },
    { command: "start", id: 2, settings: {}, audit: "quorum" },
    { command: "start", id: 2, settings: {}, minWorkers: 28 },
    { command: "drop", id: 3, worker: "w1" },
    { command: "lie", id: 3, worker: "w1" },
    { command: "delay", id: 4, worker: "w1", seconds: 3 },
  ];
  for (const command of commands) expect(commandSchema.safeParse(command).success).toBe(true);
  for (const wrong of [
    { command: "pause" },
    { command: "pause", id: 1, more: 1 },
    { command: "delay", id: 1, worker: "w1", seconds: 60 },
    { command: "exit", id: 1 },
    { command: "pace", id: 1, pace: "faster" },
    { command: "start", id: 1, settings: {}, audit: "some" },
    { command: "start", id: 1, settings: {}, minWorkers: 0 },
    { command: "start", id: 1, settings: { seed: 1 } },
  ]) {
    expect(commandSchema.safeParse(wrong).success).toBe(false);
  }
});
