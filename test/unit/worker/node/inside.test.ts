/** @file A worker inside a coordinator's process whose thread dies. That it trains is tested end to end. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, test } from "vitest";

import { createMemoryLink } from "../../../../shared/protocol/memory-link.ts";
import { decodeWorkerMessage } from "../../../../shared/protocol/messages.ts";
import { sayInEnglish, type Sentence } from "../../../../shared/words/sentence.ts";
import { startInsideWorker } from "../../../../worker/node/inside.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";

const build = await mkdtemp(join(tmpdir(), "promedio-test-"));
await writeFile(join(build, "kernel.wasm"), await loadKernelWasm());
await writeFile(join(build, "node-thread.js"), "process.exit(3);");
afterAll(async () => await rm(build, { recursive: true }));

test("a worker whose thread dies ends, says so once, and leaves this process and its other peers alone", async () => {
  const said: string[] = [];
  const connect = createMemoryLink({
    defer: setImmediate,
    accept: () => ({
      message: (...fragments) => said.push(decodeWorkerMessage(fragments).header.type),
      pong: () => undefined,
      closed: () => said.push("closed"),
    }),
  });
  const place = { build, name: "local 1", threads: 2, token: "", connect };
  const reason = await new Promise<Sentence>((resolve) => {
    startInsideWorker({ ...place, datasetOf: () => undefined, failed: resolve });
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(sayInEnglish(reason)).toBe("a compute thread ended with code 3");
  expect(said).toEqual(["hello", "closed"]);
});
