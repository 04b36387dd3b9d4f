import { expect, test } from "vitest";

import { chooseMode } from "../../../../coordinator/console/mode.ts";

const xterm = { TERM: "xterm-256color" };

test.each([
  ["a terminal", false, true, xterm, { mode: "live", color: true }],
  ["a pipe", false, false, xterm, { mode: "plain", color: false }],
  ["--json on a terminal", true, true, { FORCE_COLOR: "1" }, { mode: "json", color: false }],
  ["NO_COLOR=1", false, true, { ...xterm, NO_COLOR: "1" }, { mode: "live", color: false }],
  ["an empty NO_COLOR", false, true, { ...xterm, NO_COLOR: "" }, { mode: "live", color: true }],
  ["TERM=dumb", false, true, { TERM: "dumb" }, { mode: "plain", color: false }],
  ["FORCE_COLOR=1 in a pipe", false, false, { FORCE_COLOR: "1" }, { mode: "plain", color: true }],
  [
    "FORCE_COLOR=0 on a terminal",
    false,
    true,
    { ...xterm, FORCE_COLOR: "0" },
    { mode: "live", color: false },
  ],
  [
    "FORCE_COLOR=1 against NO_COLOR=1",
    false,
    true,
    { FORCE_COLOR: "1", NO_COLOR: "1" },
    { mode: "live", color: true },
  ],
] as const)("%s", (_what, json, isTTY, env, chosen) => {
  expect(chooseMode({ json, isTTY, isForeground: true, env })).toEqual(chosen);
});

test("started in the background of a terminal, it prints lines", () => {
  const question = { json: false, isTTY: true, isForeground: false, env: xterm };
  expect(chooseMode(question)).toEqual({ mode: "plain", color: true });
});

test("with --log json standard output stays empty, unless --json asks for its lines", () => {
  const question = { log: "json" as const, isTTY: true, isForeground: true, env: xterm };
  expect(chooseMode({ ...question, json: false })).toEqual({ mode: "silent", color: false });
  expect(chooseMode({ ...question, json: true })).toEqual({ mode: "json", color: false });
});
