import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { loadDataset } from "../../../../coordinator/datasets/loaders.ts";
import {
  mnistFiles,
  mnistFolder,
  type PinnedFile,
} from "../../../../coordinator/datasets/mnist.ts";
import { nodeDisk } from "../../../../coordinator/storage/disk.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import { sayAtTerminal } from "../../../../shared/words/sentence.ts";
import { freePort, listenLocally } from "../../../support/processes/local-server.ts";

/** 2 files instead of MNIST's 4: one that takes many writes, and one that takes one. */
const large = createHash("shake256", { outputLength: 1_000_000 }).update("large").digest();
const small = Buffer.from("small");
const contents = new Map([
  ["large.gz", large],
  ["small.gz", small],
]);
const files: readonly PinnedFile[] = [...contents].map(([name, bytes]) => ({
  name,
  sizeBytes: bytes.length,
  sha256: createHash("sha256").update(bytes).digest("hex"),
}));

type Behaviour = (bytes: Buffer, request: IncomingMessage, response: ServerResponse) => void;

/** The server's behaviours for the requests of the large file, in order. After them it behaves normally. */
let behaviours: Behaviour[] = [];
let asked: { readonly name: string; readonly range: string | undefined }[] = [];

const behave: Behaviour = (bytes, request, response) => {
  const start = Number(/^bytes=(\d+)-$/u.exec(request.headers.range ?? "")?.[1] ?? 0);
  const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
  if (start > 0) response.writeHead(206, { "Content-Range": range });
  response.end(bytes.subarray(start));
};

/**
 * Sends the first bytes of the answer and cuts the connection once some of them are in the file. `fetch` discards
 * bytes that it has received but not yet delivered, so a cut without delay may deliver nothing.
 */
function cutAfter(count: number): Behaviour {
  return (bytes, request, response) => {
    const start = Number(/^bytes=(\d+)-$/u.exec(request.headers.range ?? "")?.[1] ?? 0);
    const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(start === 0 ? 200 : 206, {
      "Content-Length": bytes.length - start,
      ...(start === 0 ? {} : { "Content-Range": range }),
    });
    response.write(bytes.subarray(start, start + count));
    void partGrows(start).then(() => response.destroy());
  };
}

async function partGrows(start: number): Promise<void> {
  const part = join(cache, "mnist", `large.gz.${process.pid}.part`);
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until it has grown
    const { size } = await stat(part).catch(() => ({ size: 0 }));
    if (size > start) return;
    // oxlint-disable-next-line no-await-in-loop
    await delay(5);
  }
}

function status(code: number): Behaviour {
  return (_bytes, _request, response) => void response.writeHead(code).end("sorry");
}

const withoutRanges: Behaviour = (bytes, _request, response) => void response.end(bytes);
const stall: Behaviour = (bytes, _request, response) =>
  void response.write(bytes.subarray(0, 1000));

const server = createServer((request, response) => {
  const name = request.url?.slice("/mirror/".length) ?? "";
  const bytes = contents.get(name);
  asked.push({ name, range: request.headers.range });
  const behaviour = (name === "large.gz" ? behaviours.shift() : undefined) ?? behave;
  if (bytes === undefined) response.writeHead(404).end();
  else behaviour(bytes, request, response);
});

let mirror = "";
let cache = "";
beforeAll(async () => {
  mirror = `${await listenLocally(server)}/mirror`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "promedio-cache-"));
  behaviours = [];
  asked = [];
});
afterEach(() => rm(cache, { recursive: true }));

const lines: string[] = [];

interface FetchOptions {
  readonly from?: string;
  /** If the server stalls: a timeout that a busy machine may also hit; otherwise one that it may not. */
  readonly stalledMs?: number;
}

function fetchAll({ from = mirror, stalledMs = 20_000 }: FetchOptions = {}): Promise<string> {
  lines.length = 0;
  return mnistFolder({
    disk: nodeDisk,
    cache,
    mnistMirror: from,
    files,
    patience: { attemptsMax: 3, firstWaitMs: 1, stalledMs },
    progress: (said) => lines.push(sayAtTerminal(said)),
  });
}

/** Whether the cache holds exactly the 2 files, complete. */
async function bothArrived(): Promise<boolean> {
  const folder = join(cache, "mnist");
  const names = (await readdir(folder)).toSorted();
  if (names.join() !== "large.gz,small.gz") return false;
  const [first, second] = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return large.equals(first ?? small) && small.equals(second ?? large);
}

describe("mnistFolder", () => {
  test("downloads 2 files, reports every tenth, and then makes no more requests", async () => {
    expect(await fetchAll()).toBe(join(cache, "mnist"));
    expect(await bothArrived()).toBe(true);
    expect(lines.at(-1)).toBe("downloading mnist: 100 % of 1 MB");
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.length).toBeLessThanOrEqual(11);
    await fetchAll();
    expect(asked).toHaveLength(2);
    expect(lines).toEqual([]);
  });

  test("continues after 5 cut connections, although it gives up after 3 that bring nothing", async () => {
    behaviours = [1, 2, 3, 4, 5].map(() => cutAfter(100_000));
    await fetchAll();
    expect(await bothArrived()).toBe(true);
    const starts = asked.slice(0, 6).map(({ range }) => Number(range?.slice(6, -1) ?? 0));
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(new Set(starts).size).toBe(6);
  });

  test("continues from the part that an earlier process left", async () => {
    await nodeDisk.mkdir(join(cache, "mnist"));
    await writeFile(join(cache, "mnist", "large.gz.part"), large.subarray(0, 400_000));
    await fetchAll();
    expect(await bothArrived()).toBe(true);
    expect(asked[0]).toEqual({ name: "large.gz", range: "bytes=400000-" });
  });

  test("starts again if 1 server does not support ranges", async () => {
    behaviours = [cutAfter(100_000), withoutRanges];
    await fetchAll();
    expect(await bothArrived()).toBe(true);
  });

  test("starts again from a part that turns out to be of another file", async () => {
    await nodeDisk.mkdir(join(cache, "mnist"));
    await writeFile(join(cache, "mnist", "large.gz.part"), Buffer.alloc(400_000));
    await fetchAll();
    expect(await bothArrived()).toBe(true);
    expect(asked.map(({ range }) => range)).toEqual(["bytes=400000-", undefined, undefined]);
  });

  test.each([large.length, large.length + 1])(
    "starts again from a part of %i wrong bytes",
    async (length) => {
      await nodeDisk.mkdir(join(cache, "mnist"));
      await writeFile(join(cache, "mnist", "large.gz.part"), Buffer.alloc(length));
      await fetchAll();
      expect(await bothArrived()).toBe(true);
    },
  );

  test("survives 503, 429, 416 and a stall of 200 ms", async () => {
    behaviours = [status(503), status(429), cutAfter(100_000), status(416), stall];
    await fetchAll({ stalledMs: 200 });
    expect(await bothArrived()).toBe(true);
  });

  test("downloads a cached file again if 1 byte of it changed", async () => {
    await fetchAll();
    await writeFile(join(cache, "mnist", "small.gz"), "smalk");
    await fetchAll();
    expect(await bothArrived()).toBe(true);
    expect(asked.map(({ name }) => name)).toEqual(["large.gz", "small.gz", "small.gz"]);
  });

  const hopeless: [string, Behaviour[], number, string][] = [
    ["404", [status(404)], 1, "the server answered 404"],
    ["3 times 500", [status(500), status(500), status(500)], 3, "the server answered 500"],
    [
      "another file of the same size",
      [(_bytes, _request, response) => void response.end(Buffer.alloc(large.length))],
      1,
      `the file's SHA-256 is ${createHash("sha256").update(Buffer.alloc(large.length)).digest("hex")}`,
    ],
    [
      "a file without end",
      [(_bytes, _request, response) => void response.write(Buffer.alloc(large.length + 1))],
      1,
      "the server sent more than the file's 1,000,000 bytes",
    ],
    [
      "a shorter file, 3 times",
      [1, 2, 3].map(() => (_bytes, _request, response) => void response.end("short")),
      3,
      "the connection ended after 5 of 1,000,000 bytes",
    ],
    ["3 stalls at the same byte", [stall, stall, stall], 3, "no data arrived for 0.2 s"],
  ];
  test.each(hopeless)("gives up on %s with one line", async (_what, list, requests, reason) => {
    behaviours = [...list];
    const options = list.includes(stall) ? { stalledMs: 200 } : {};
    const error: unknown = await fetchAll(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OperatorError);
    expect(String(error)).toContain(`cannot download ${mirror}/large.gz: ${reason}`);
    expect(String(error)).toContain("--dataset mnist:FOLDER");
    expect(asked).toHaveLength(requests);
    await expect(stat(join(cache, "mnist", "large.gz"))).rejects.toThrow("ENOENT");
  });

  test("gives the reason if 0 servers listen", async () => {
    const port = await freePort();
    await expect(fetchAll({ from: `http://127.0.0.1:${port}` })).rejects.toThrow(
      `http://127.0.0.1:${port}/large.gz: nothing listens at this address and port; try again`,
    );
  });

  test("says that 1 cache can't be written", async () => {
    await writeFile(join(cache, "mnist"), "a file in its place");
    await expect(fetchAll()).rejects.toThrow(`cannot use the cache ${cache}`);
  });
});

const realFolder = "../shared/data/mnist";
const hasReal = (await nodeDisk.stat(realFolder)) !== undefined;
if (!hasReal) process.stderr.write(`skipped: MNIST's 4 files are not in ${realFolder}\n`);

describe("the real files", () => {
  test.skipIf(!hasReal)(
    "have the 4 pinned sizes and hashes, and 60,000 + 10,000 samples",
    async () => {
      for (const { name, sizeBytes, sha256 } of mnistFiles) {
        const bytes = await readFile(join(realFolder, name));
        const actual = createHash("sha256").update(bytes).digest("hex");
        expect([bytes.length, actual]).toEqual([sizeBytes, sha256]);
      }
      const { dataset } = await loadDataset(`mnist:${realFolder}`, {
        disk: nodeDisk,
        cache,
        mnistMirror: undefined,
        progress: () => undefined,
      });
      expect(dataset).toMatchObject({
        name: "mnist",
        featureShape: [28, 28],
        target: { kind: "classes", count: 10 },
      });
      expect([dataset.train.count, dataset.test.count]).toEqual([60_000, 10_000]);
      expect(dataset.sha256).toBe(
        "a9ef04c596908c9de5d1693f0c320c1ff05b5947949431fd7b4c131ea6c8a921",
      );
    },
  );
});
