/** @file What a standby copies of the leader's run, over HTTP, and what it leaves where it is. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import type { Leader } from "../../../../coordinator/cluster/cluster.ts";
import { Mirror } from "../../../../coordinator/cluster/mirror.ts";
import { Shelf } from "../../../../coordinator/cluster/shelf.ts";
import { encodeCheckpoint } from "../../../../coordinator/storage/checkpoint.ts";
import { nodeDisk } from "../../../../coordinator/storage/disk.ts";
import { createRunFolder, type RunFolder } from "../../../../coordinator/storage/run-folder.ts";
import { tokenField } from "../../../../shared/protocol/token-field.ts";
import { listenLocally } from "../../../support/processes/local-server.ts";
import { checkpointAt } from "../storage/checkpoint-fixture.ts";

const adminToken = "admin-token-1";

let folder: string;
let server: Server;
let url: string;
let led: RunFolder;
let shelf: Shelf;
let mirror: Mirror;
const asked: string[] = [];

beforeEach(async () => {
  asked.length = 0;
  folder = await mkdtemp(join(tmpdir(), "promedio-mirror-"));
  const created = await createRunFolder(nodeDisk, join(folder, "leader"), "run-1", { a: 1 });
  if (!created.found) throw new Error("no folder");
  led = created.folder;
  shelf = new Shelf(nodeDisk, adminToken);
  server = createServer((request, response) => {
    asked.push((request.url ?? "").split("/").at(-1) ?? "");
    shelf.route.handle(request, response);
  });
  url = await listenLocally(server);
  mirror = new Mirror({
    disk: nodeDisk,
    runs: join(folder, "standby"),
    adminToken,
    claim: async () => () => {},
  });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

/** The leader writes a checkpoint and renews its lease. */
async function writes(step: number, best = false): Promise<Leader> {
  const written = await led.writeCheckpoint(checkpointAt(step), { best });
  if (!written.ok) throw new Error("not written");
  const saved = { step, path: written.path };
  shelf.attach(() => ({ id: "run-1", folder: led.path, saved, isOver: false }));
  await shelf.refresh();
  return { id: "leader", url, term: 1, ...shelf.claim };
}

function copied(name: string): Promise<Uint8Array> {
  return readFile(join(folder, "standby", "run-1", "checkpoints", name));
}

const stepFile = (step: number) => `step-${String(step).padStart(8, "0")}.safetensors`;

test("a standby has the newest and the best checkpoint, byte for byte, and asks for one that is both once", async () => {
  expect(await mirror.follow(await writes(30, true))).toBe(true);
  expect(asked).toEqual(["checkpoint", "run"]);
  expect(await mirror.follow(await writes(40))).toBe(true);
  expect(asked).toEqual(["checkpoint", "run", "checkpoint", "run"]);
  expect(await copied("best.safetensors")).toEqual(Buffer.from(encodeCheckpoint(checkpointAt(30))));
  expect(await copied(stepFile(40))).toEqual(Buffer.from(encodeCheckpoint(checkpointAt(40))));
  expect(mirror.step).toBe(40);
});

test("a standby that comes later has them too, and copies nothing twice", async () => {
  await writes(30, true);
  const leader = await writes(40);
  expect(await mirror.follow(leader)).toBe(true);
  expect(asked).toEqual(["checkpoint", "best", "run"]);
  expect(await mirror.follow(leader)).toBe(false);
  expect(asked).toHaveLength(3);
  expect(await copied("best.safetensors")).toEqual(Buffer.from(encodeCheckpoint(checkpointAt(30))));
});

test("a run without a best checkpoint has none at the standby", async () => {
  expect(await mirror.follow(await writes(30))).toBe(true);
  await expect(copied("best.safetensors")).rejects.toThrow("ENOENT");
});

test.each(["checkpoint", "best"] as const)(
  "nothing is written of a run whose %s has another hash than the announced one",
  async (which) => {
    await writes(30, true);
    const leader = await writes(40);
    const other = "ab".repeat(32);
    const wrong = which === "best" ? { best: other } : { checkpoint: { step: 40, sha256: other } };
    expect(await mirror.follow({ ...leader, ...wrong })).toBe(false);
    expect(mirror.folder).toBe(undefined);
    // The next look has the right one.
    expect(await mirror.follow(leader)).toBe(true);
  },
);

test("the key of the shelf is not the admin token, and without it there is nothing", async () => {
  await writes(30, true);
  for (const name of ["best", "checkpoint", "run"]) {
    const headers = { [tokenField]: adminToken };
    // oxlint-disable-next-line no-await-in-loop
    expect((await fetch(`${url}/cluster/${name}`, { headers })).status).toBe(401);
  }
});
