/** Commands in messages work as they are typed, however the program was called. */
import { describe, expect, test } from "vitest";

import { shellWord, spelledCommand } from "../../../../coordinator/cli/invocation.ts";
import { parseCommandLine } from "../../../../coordinator/cli/parse.ts";
import { mistake } from "./support.ts";

const npm = {
  npm_lifecycle_event: "start",
  npm_package_name: "promedio",
  npm_config_user_agent: "npm/10.8.2 node/v20.20.2 linux x64",
};
const noFile = () => new Uint8Array(0);
const pnpm = { ...npm, npm_config_user_agent: "pnpm/9.1.0 npm/? node/v20" };

describe("a command is spelled as it was typed", () => {
  test.each([
    ["npm start --", "start", npm, "build/promedio.js"],
    [
      "npm run coordinator --",
      "coordinator",
      { ...npm, npm_lifecycle_event: "coordinator" },
      "build/promedio.js",
    ],
    ["pnpm run start", "start", pnpm, "build/promedio.js"],
    ["promedio start", "start", {}, "../../usr/local/bin/promedio"],
    ["promedio start", "start", {}, "../AppData/npm/node_modules/promedio/build/promedio.js"],
    ["npx promedio start", "start", {}, "node_modules/.bin/promedio"],
    [
      "npx promedio start",
      "start",
      { npm_lifecycle_event: "npx" },
      "../.npm/_npx/f0/node_modules/.bin/promedio",
    ],
    ["node build/promedio.js start", "start", { npm_lifecycle_event: "npx" }, "build/promedio.js"],
    ["node build/promedio.js coordinator", "coordinator", {}, "build/promedio.js"],
    ["node '../a b/promedio.js' start", "start", {}, "../a b/promedio.js"],
    // Another package's script, and a script of ours that only calls the program.
    ["promedio start", "start", { ...npm, npm_package_name: "lesson" }, "promedio"],
    [
      "node build/promedio.js start",
      "start",
      { ...npm, npm_lifecycle_event: "test" },
      "build/promedio.js",
    ],
  ])("%s", (spelled, command, environment, script) => {
    expect(spelledCommand({ environment, script }, command)).toBe(spelled);
  });

  test("in the message about an unknown flag too", () => {
    const argv = ["start", "--frobnicate"];
    expect(mistake(() => parseCommandLine(argv, npm, noFile, "1", "x.js"))).toBe(
      "unknown option --frobnicate; npm start -- --help lists the options",
    );
  });
});

function resumed(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = npm,
  file = "",
): string {
  const read = () => new TextEncoder().encode(file);
  const parsed = parseCommandLine(args, environment, read, "1", "promedio");
  if (parsed.kind !== "coordinator") throw new Error("not a coordinator");
  return parsed.resumeWith("k3x9");
}

describe("the command that continues a run", () => {
  test("is the same command with --resume", () => {
    expect(resumed(["start"])).toBe("npm start -- --resume k3x9");
    expect(resumed(["coordinator"], {})).toBe("promedio coordinator --resume k3x9");
  });

  test("keeps how the run is run, whatever it is spelled like, and drops what determines the result", () => {
    const given = ["--output", "my runs", "--port=9000", "--exit", "--no-json", "--name", "first"];
    const run = ["--epochs", "3", "--dataset", "digits", "--min-workers", "2"];
    expect(resumed(["start", "run.yaml", ...given, ...run], npm, "localWorkers: 3")).toBe(
      "npm start -- --runs 'my runs' --local-workers 3 --min-workers 2 --port 9000 --exit --no-json --resume k3x9",
    );
  });

  test("never has a token in it, and no variable, which is still in the environment", () => {
    const tokens = ["--join-token", "our-class-2026", "--admin-token", "the-teachers-token"];
    const environment = { ...npm, PROMEDIO_PORT: "9000" };
    expect(resumed(["start", ...tokens], environment)).toBe("npm start -- --resume k3x9");
  });

  test("keeps what extends a run that was resumed", () => {
    expect(resumed(["start", "--resume", "old", "--epochs", "40"])).toBe(
      "npm start -- --epochs 40 --resume k3x9",
    );
  });
});

test.skipIf(process.platform === "win32")("a word is quoted if a shell would change it", () => {
  expect(["a-b_c.d/e=f", "a b", "it's", "$HOME", "a\\b"].map(shellWord)).toEqual([
    "a-b_c.d/e=f",
    "'a b'",
    "'it'\\''s'",
    "'$HOME'",
    "'a\\b'",
  ]);
});
