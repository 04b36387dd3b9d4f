/** @file The structured log: what an entry has, which level, and what is never in it. */
import { expect, test } from "vitest";

import { jsonLine } from "../../../../coordinator/console/console.ts";
import { logEntryOf } from "../../../../coordinator/console/log-entry.ts";
import type { CoordinatorEvent } from "../../../../coordinator/run/view.ts";
import { logLine, noteOf } from "../../../../shared/log.ts";
import { quoted, sentence } from "../../../../shared/words/sentence.ts";

const noon = "2026-11-29T12:00:00.000Z";
const worker = { event: "worker", name: "eve", kind: "node", threads: 1, workers: 1 } as const;
const refused: CoordinatorEvent = {
  ...worker,
  change: "refused",
  error: "ERR_TOKEN",
  reason: sentence("token-missing"),
};

function recordOf(event: CoordinatorEvent, ...secrets: string[]): Record<string, unknown> {
  const record: unknown = JSON.parse(logLine(logEntryOf(event), noon, secrets));
  return record as Record<string, unknown>;
}

test("an entry is the event's --json object with a time, a level and a line for people", () => {
  const { time, level, message, ...rest } = recordOf(refused);
  expect(time).toBe(noon);
  expect(level).toBe("warning");
  expect(message).toBe(
    "worker refused: eve (node, 1 thread): ERR_TOKEN: no token, or a wrong one; 1 worker now",
  );
  expect(rest).toEqual(JSON.parse(jsonLine(refused)));
});

test("every entry has a code: that of its sentence, else the event's name", () => {
  const joined = { ...worker, change: "joined", error: null, reason: null } as const;
  expect(recordOf(refused)["code"]).toBe("token-missing");
  expect(recordOf({ event: "waiting", reason: sentence("no-run-yet") })).toMatchObject({
    level: "info",
    code: "no-run-yet",
    values: {},
  });
  expect(recordOf({ ...joined })).toMatchObject({ level: "info", code: "worker", values: {} });
  const failed = { event: "failed", step: 1, reason: sentence("no-run-yet") } as const;
  expect(recordOf(failed)["level"]).toBe("error");
  const note = logLine(
    noteOf(sentence("server-answered", { status: 404 }), "error", "x"),
    noon,
    [],
  );
  expect(JSON.parse(note)).toMatchObject({
    event: "note",
    level: "error",
    values: { status: 404 },
  });
});

test("tokens and the operator's secrets are in no field, at any depth", () => {
  const link = "http://h:1/join#token=abcd.efgh-1";
  const listening = recordOf({
    event: "listening",
    url: "http://h:1",
    joinUrl: link,
    otherJoinUrls: [link],
    dashboardUrl: "http://h:1/#token=admin_2~x",
  });
  expect(listening).toMatchObject({
    joinUrl: "http://h:1/join#token=…",
    otherJoinUrls: ["http://h:1/join#token=…"],
    dashboardUrl: "http://h:1/#token=…",
  });
  expect(JSON.stringify(listening)).not.toMatch(/abcd|admin_2/u);
  const hook = "https://hooks.example.org/T0/B1/xyz";
  const reason = quoted(`HTTP 500 from ${hook}`);
  const warning = recordOf(
    { event: "warning", message: sentence("webhook-failed", { url: hook, reason }) },
    hook,
    "true",
  );
  expect(JSON.stringify(warning)).not.toContain("xyz");
  expect(warning["message"]).toBe("--webhook …: HTTP 500 from …");
});

test("what a stranger chose can't break the line or obey a terminal", () => {
  const line = logLine(logEntryOf({ ...refused, name: "a\n\u001B[2J\u0085\u2028b" }), noon, []);
  for (const unsafe of ["\n", "\u001B", "\u0085", "\u2028"]) expect(line).not.toContain(unsafe);
  expect(JSON.parse(line)).toMatchObject({ name: "a\n\u001B[2J\u0085\u2028b" });
});
