/** @file Who is told that a run is over: a command, a web address, and what they do wrong. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { tellOthers } from "../../../../coordinator/monitor/on-finish.ts";
import { sayAtTerminal } from "../../../../shared/words/sentence.ts";
import { freePort, listenLocally } from "../../../support/processes/local-server.ts";

const folder = mkdtempSync(join(tmpdir(), "promedio-finish-"));
const posted: string[] = [];
let server: Server;
let url = "";

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      posted.push(`${request.method} ${request.headers["content-type"]} ${body}`);
      response.writeHead(request.url === "/full" ? 507 : 204).end();
    });
  });
  url = await listenLocally(server);
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const said = async (listeners: Parameters<typeof tellOthers>[0]) => {
  const failures = await tellOthers(listeners, "{}\n");
  return failures.map((failure) => sayAtTerminal(failure));
};

test("a command reads the summary, and a web address gets it", async () => {
  const file = join(folder, "a file");
  expect(await said({ onFinish: `cat > '${file}'`, webhook: `${url}/hook` })).toEqual([]);
  expect(readFileSync(file, "utf8")).toBe("{}\n");
  expect(posted).toEqual(["POST application/json {}\n"]);
});

test("nobody is told by default", async () => {
  expect(await said({})).toEqual([]);
});

test.each([
  ["exit 3", "exit code 3"],
  ["kill -9 $$", "SIGKILL"],
  ["/no/such/command 2>&-", "exit code 127"],
])("the command %s is reported: %s", async (command, how) => {
  expect(await said({ onFinish: command })).toEqual([`--on-finish ${command}: ${how}`]);
});

test("an address that refuses, or where nobody answers, is reported", async () => {
  expect(await said({ webhook: `${url}/full` })).toEqual([`--webhook ${url}/full: HTTP 507`]);
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const [line = ""] = await said({ webhook: nowhere });
  expect(line).toMatch(/^--webhook http:\/\/127\.0\.0\.1:\d+: nothing listens at this address/u);
});
