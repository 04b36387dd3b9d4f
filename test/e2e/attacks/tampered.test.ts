import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
/** A worker that computes different bits is refused with a sentence that says why. */
import { copyFile, cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";

import { encodeMessage } from "../../../shared/protocol/codec.ts";
import { closeStatus } from "../../../shared/protocol/errors.ts";
import { protocolVersion } from "../../../shared/protocol/limits.ts";
import { decodeCoordinatorMessage } from "../../../shared/protocol/messages.ts";
import type { Cluster } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";

const root = join(import.meta.dirname, "../../..");
let cluster: Cluster;
let tampered: string;

eachWithCluster((fresh) => (cluster = fresh));
beforeEach(async () => {
  tampered = await mkdtemp(join(tmpdir(), "promedio-tampered-"));
});
afterEach(async () => {
  await rm(tampered, { recursive: true, force: true });
});

/** A float32 constant of the kernel's `exp`, as stored in the module's data. */
const constant = new Uint8Array(new Float32Array([Math.fround(1.398_199_950_7e-3)]).buffer);

/** A copy of the built program whose kernel has one constant changed by one unit in the last place. */
async function buildWithOneConstantChanged(): Promise<string> {
  const build = join(tampered, "build");
  await cp(join(root, "build"), build, { recursive: true });
  await copyFile(join(root, "package.json"), join(tampered, "package.json"));
  await symlink(join(root, "node_modules"), join(tampered, "node_modules"));
  const kernel = await readFile(join(build, "kernel.wasm"));
  const at = kernel.indexOf(constant);
  expect(at, "the constant lies in the kernel").toBeGreaterThan(0);
  kernel[at]! ^= 1;
  await writeFile(join(build, "kernel.wasm"), kernel);
  return join(build, "promedio.js");
}

describe("a tampered kernel", () => {
  const data = ["--dataset", "digits:200,50", "--epochs", "1"];

  test("with one constant changed is refused by its hash, and the worker says so and exits with 1", async () => {
    const program = await buildWithOneConstantChanged();
    const coordinator = cluster.coordinator("--exit", ...data);
    const { joinUrl } = (await coordinator.event("listening")) as unknown as { joinUrl: string };
    const worker = spawn(process.execPath, [program, "worker", joinUrl], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    worker.stderr.on("data", (chunk: Buffer) => (said += String(chunk)));
    const [code] = (await once(worker, "exit")) as [number];
    expect(said).toMatch(/kernel [0-9a-f]{12}.*this run needs [0-9a-f]{12}/u);
    expect(code).toBe(1);
    const refused = await coordinator.event("worker", ({ change }) => change === "refused");
    expect(refused["error"]).toBe("ERR_KERNEL");
  });

  test("that claims the right hash but gives other bits in its self-test is refused", async () => {
    const coordinator = cluster.coordinator("--exit", ...data);
    const listening = await coordinator.event("listening");
    const url = new URL(String(listening.joinUrl));
    const { kernel, run, socket } = await sayHello(url);
    const selfTest = "0".repeat(64);
    socket.send(encodeMessage({ type: "ready", run, selfTest, samplesPerSecond: 1000 }));
    const [status, reason] = (await once(socket, "close")) as [number, Buffer];
    expect(kernel).toMatch(/^[0-9a-f]{64}$/u);
    expect(status).toBe(closeStatus.ERR_KERNEL);
    expect(String(reason)).toBe("ERR_KERNEL");
    const left = await coordinator.event("worker", ({ change }) => change === "left");
    expect(left.reason).toMatch(/self-test/u);
  });
});

/** Says hello with the right hash, as a liar would, and waits for the run. */
async function sayHello(url: URL): Promise<{ kernel: string; run: string; socket: WebSocket }> {
  const wasm = await readFile(join(root, "build/kernel.wasm"));
  const kernel = createHash("sha256").update(wasm).digest("hex");
  const socket = new WebSocket(`ws://${url.host}/worker`);
  await once(socket, "open");
  const run = new Promise<string>((resolve) => {
    socket.on("message", (data: Buffer) => {
      const { header } = decodeCoordinatorMessage(data);
      if (header.type === "run") resolve(header.run);
    });
  });
  const token = new URLSearchParams(url.hash.slice(1)).get("token") ?? "";
  const agent = { kind: "node", agent: "liar", threads: 1, kernel, session: "" };
  socket.send(
    encodeMessage({ type: "hello", protocol: protocolVersion, token, name: "liar", ...agent }),
  );
  return { kernel, run: await run, socket };
}
