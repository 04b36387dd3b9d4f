import { describe, expect, test } from "vitest";

import { RefusalLog } from "../../../../coordinator/edge/refusal-log.ts";
import type { CoordinatorEvent } from "../../../../coordinator/run/view.ts";
import type { ProtocolErrorCode } from "../../../../shared/protocol/errors.ts";
import { comingLines, refusalLines } from "../../../../shared/protocol/limits.ts";
import { sentence } from "../../../../shared/words/sentence.ts";

function createLog() {
  const events: CoordinatorEvent[] = [];
  const clock = { nowMs: 0 };
  const log = new RefusalLog({
    report: (event) => events.push(event),
    workers: () => 3,
    now: () => clock.nowMs,
  });
  const refuse = () =>
    log.add({ address: "10.0.0.9", code: "ERR_TOKEN", reason: sentence("token-missing") });
  return { events, clock, log, refuse };
}

const event = (
  change: "joined" | "left" | "refused",
  error: ProtocolErrorCode | null = null,
  name = "ada",
) => {
  const about = { kind: "node", threads: 1, reason: null, workers: 3 } as const;
  return { event: "worker", change, name, error, ...about } as const;
};

describe("workers that join and leave", () => {
  test(`are reported one by one up to ${comingLines.burst} at once, then by their count`, () => {
    const { events, clock, log } = createLog();
    for (let i = 0; i < comingLines.burst + 7; i++) log.pass(event(i % 2 ? "left" : "joined"));
    expect(events).toHaveLength(comingLines.burst);
    clock.nowMs = 1_000;
    log.flush();
    expect(events.slice(comingLines.burst)).toEqual([
      { event: "warning", message: sentence("more-came-and-went", { count: 7 }) },
    ]);
  });

  test(`that continue get ${comingLines.perSecond} lines per second`, () => {
    const { events, clock, log } = createLog();
    for (let i = 0; i < comingLines.burst; i++) log.pass(event("joined"));
    clock.nowMs = 1_000;
    for (let i = 0; i < 10 * comingLines.perSecond; i++) log.pass(event("left"));
    expect(events).toHaveLength(comingLines.burst + comingLines.perSecond);
  });

  test("hide neither refused peers nor, together with those, liars", () => {
    const { events, log, refuse } = createLog();
    for (let i = 0; i < 2 * comingLines.burst; i++) log.pass(event("joined"));
    const told = events.length;
    for (let i = 0; i < 1_000; i++) refuse();
    expect(events).toHaveLength(told + refusalLines.burst);
    const liar = event("left", "ERR_MISMATCH", "mallory");
    log.pass(liar);
    expect(events.at(-1)).toEqual(liar);
  });
});

describe("RefusalLog", () => {
  test("reports one refused peer in one event, with address, code and reason", () => {
    const { events, refuse } = createLog();
    refuse();
    expect(events).toEqual([
      {
        event: "worker",
        change: "refused",
        name: "10.0.0.9",
        kind: "unknown",
        threads: 0,
        error: "ERR_TOKEN",
        reason: sentence("token-missing"),
        workers: 3,
      },
    ]);
  });

  test("of 322 at once, reports 10 one by one, and a second later that 312 more were refused", () => {
    const { events, clock, log, refuse } = createLog();
    for (let i = 0; i < refusalLines.burst + 312; i++) refuse();
    expect(events).toHaveLength(10);
    log.flush();
    expect(events).toHaveLength(10);
    clock.nowMs = 1_000;
    log.flush();
    log.flush();
    expect(events.slice(10)).toEqual([
      { event: "warning", message: sentence("more-refused", { count: 312 }) },
    ]);
  });

  test("a flood of 100,000 in 10 s makes at most 60 lines, and every peer is counted", () => {
    const { events, clock, log, refuse } = createLog();
    for (let i = 0; i < 100_000; i++) {
      clock.nowMs = i / 10;
      refuse();
    }
    clock.nowMs = 20_000;
    log.flush();
    expect(events.length).toBeLessThanOrEqual(60);
    const told = events.reduce((sum, line) => {
      if (line.event !== "warning") return sum + 1;
      return sum + Number(line.message.values["count"]);
    }, 0);
    expect(told).toBe(100_000);
  });
});
