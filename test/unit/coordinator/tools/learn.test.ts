/** @file `promedio learn` serves its page, to this machine alone, and nothing else of a coordinator. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { parseCommandLine } from "../../../../coordinator/cli/parse.ts";
import { pageFiles } from "../../../../coordinator/edge/pages.ts";
import { runLearn } from "../../../../coordinator/tools/learn.ts";

let build = "";

beforeAll(async () => {
  build = await mkdtemp(join(tmpdir(), "promedio-learn-"));
  await mkdir(join(build, "pages"));
  const files = pageFiles.map((file) => writeFile(join(build, "pages", file), `this is ${file}`));
  await Promise.all(files);
});
afterAll(async () => {
  await rm(build, { recursive: true });
});

function parse(...argv: readonly string[]) {
  return parseCommandLine(["learn", ...argv], {}, () => new Uint8Array(), "1");
}

test("the command has a port", () => {
  expect(parse()).toEqual({ kind: "learn", port: 8080 });
  expect(parse("--port", "0")).toEqual({ kind: "learn", port: 0 });
});

test("it serves the page, its scripts and the kernel until it is interrupted, and nothing else", async () => {
  const interrupt = new EventTarget();
  const interrupted = new Promise((resolve) => interrupt.addEventListener("end", resolve));
  const told = await new Promise<string>((resolve, reject) => {
    runLearn({ kind: "learn", port: 0 }, { build, write: resolve, interrupted }).catch(reject);
  });
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+\/learn/u.exec(told) ?? [];
  expect(await (await fetch(url)).text()).toBe("this is learn.html");
  const status = async (path: string) => (await fetch(new URL(path, url))).status;
  for (const path of ["/learn.js", "/learn-thread.js", "/learn-code.json", "/kernel.wasm"]) {
    expect(await status(path)).toBe(200);
  }
  for (const path of ["/", "/join", "/dashboard.js", "/data/x", "/run/parameters", "/watch"]) {
    expect(await status(path)).toBe(404);
  }
  interrupt.dispatchEvent(new Event("end"));
  await expect.poll(async () => await fetch(url).catch(() => "gone")).toBe("gone");
});
