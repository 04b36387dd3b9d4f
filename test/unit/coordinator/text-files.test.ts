/** Every text file that the program reads, as editors and shells of all systems write it; and `~` in every path. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { cacheFolder } from "../../../coordinator/datasets/cache-folder.ts";
import { absoluteName } from "../../../coordinator/datasets/loaders.ts";
import { Certificate } from "../../../coordinator/edge/tls.ts";
import type { Handover } from "../../../coordinator/run/handover.ts";
import { nodeDisk } from "../../../coordinator/storage/disk.ts";
import { readHandover, writeHandover } from "../../../coordinator/storage/handover-file.ts";
import { withHome } from "../../../coordinator/storage/home-path.ts";
import { createRunFolder } from "../../../coordinator/storage/run-folder.ts";
import { makeCertificate } from "../../support/processes/certificates.ts";
import { mistake, parseCoordinator } from "./cli/support.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "promedio-text-"));
});
afterEach(() => rm(folder, { recursive: true }));

const digest = "a".repeat(64);
const handover: Handover = {
  tokens: { salt: "0".repeat(32), join: [digest], admin: [digest] },
  workers: [],
  number: 3,
  records: [],
  log: [],
  promedio: { step: 6, workers: ["ñandú"], samples: [], rows: [] },
};

const disguises: [string, (text: string) => Uint8Array][] = [
  ["UTF-8 with a mark and CRLF", (text) => Buffer.from(`\uFEFF${text.replaceAll("\n", "\r\n")}`)],
  ["UTF-16 as PowerShell's > writes it", (text) => Buffer.from(`\uFEFF${text}\r\n\r\n`, "utf16le")],
  ["UTF-16 BE", (text) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16()],
];

describe.each(disguises)("in %s", (_encoding, disguised) => {
  test("a run file of 2 settings is read", () => {
    const file = disguised("epochs: 7\nname: ñandú\n");
    expect(mistake(() => parseCoordinator(["coordinator"], { file }))).toContain(
      "run.yaml line 2: name must be",
    );
    const { run } = parseCoordinator(["coordinator"], { file: disguised("epochs: 7\nseed: 3\n") });
    expect(run.given).toEqual({ epochs: 7, seed: 3 });
  });

  test("a certificate and its key are read", async () => {
    const files = await makeCertificate(folder, { names: ["a.example"] });
    for (const path of [files.cert, files.key]) {
      await writeFile(path, disguised(await readFile(path, "utf8")));
    }
    expect(new Certificate(files).names).toEqual(["a.example"]);
  });

  test("a run's config.json and handover.json are read", async () => {
    const created = await createRunFolder(nodeDisk, folder, "one", { epochs: 3 });
    if (!created.found) throw new Error("not created");
    const { setupPath, path } = created.folder;
    await writeFile(setupPath, disguised(await readFile(setupPath, "utf8")));
    expect(await created.folder.readSetup()).toEqual({ ok: true, setup: { epochs: 3 } });

    const handoverPath = join(path, "handover.json");
    await writeHandover(nodeDisk, handoverPath, handover);
    await writeFile(handoverPath, disguised(await readFile(handoverPath, "utf8")));
    expect(await readHandover(nodeDisk, handoverPath)).toEqual({ found: true, handover });
  });
});

describe("what is no text is refused in one line", () => {
  const file = Buffer.from("epochs: 7\nname: señal\n", "latin1");

  test("a run file in Latin-1 is refused with its line", () => {
    expect(mistake(() => parseCoordinator(["coordinator"], { file }))).toBe(
      "can't read the run file run.yaml: line 2 is not UTF-8; save the file as UTF-8; give a YAML or JSON file",
    );
  });

  test("a config.json in Latin-1 is refused with its path and line", async () => {
    const created = await createRunFolder(nodeDisk, folder, "one", {});
    if (!created.found) throw new Error("not created");
    const { setupPath } = created.folder;
    await writeFile(setupPath, file);
    expect(await created.folder.readSetup()).toMatchObject({
      ok: false,
      reason: { values: { path: setupPath, reason: { code: "not-utf-8", values: { line: 2 } } } },
    });
  });

  test("a run file of more than 64 KiB that is cut inside a character is too large", () => {
    const long = Buffer.from(`# ${"é".repeat(40_000)}`).subarray(0, 64 * 1024 + 1);
    expect(mistake(() => parseCoordinator(["coordinator"], { file: long }))).toContain(
      "run.yaml has more than 64 KiB",
    );
  });
});

test("a variable from a file with CRLF loses the end of its line", () => {
  const environment = { PROMEDIO_EPOCHS: "7\r", PROMEDIO_JOIN_TOKEN: "abcdefghij\r\n" };
  const { run, options } = parseCoordinator(["coordinator"], { environment });
  expect([run.given.epochs, options.joinToken]).toEqual([7, "abcdefghij"]);
});

describe("~ is the home folder", () => {
  const home = homedir();

  test("in a flag, a variable and a run file", () => {
    const { options } = parseCoordinator(["coordinator", "--runs=~/flag", "--resume=~/run"], {
      environment: { PROMEDIO_TLS_CERT: "~/v.pem" },
      file: 'cache: "~"\ntlsKey: ~/file.pem\n',
    });
    expect(options).toMatchObject({
      runs: join(home, "flag"),
      resume: join(home, "run"),
      cache: home,
      tls: { cert: join(home, "v.pem"), key: join(home, "file.pem") },
    });
  });

  test("in --output, after idx: and mnist:, and in PROMEDIO_CACHE", () => {
    expect(parseCoordinator(["coordinator", "--output=~/out"]).options.runs).toBe(
      join(home, "out"),
    );
    expect(absoluteName("idx:~/digits")).toBe(`idx:${join(home, "digits")}`);
    expect(absoluteName("mnist:~")).toBe(`mnist:${home}`);
    const environment = { PROMEDIO_CACHE: "~/cache" };
    expect(cacheFolder({ platform: "linux", environment, home: "/h" })).toBe(join("/h", "cache"));
  });

  test("only at the start, and not of another user", () => {
    expect(["a/~/b", "~ada/x", "x~", "~x"].map((path) => withHome(path, "/h"))).toEqual([
      "a/~/b",
      "~ada/x",
      "x~",
      "~x",
    ]);
    expect(withHome("~\\data", "/h")).toBe(join("/h", "data"));
  });
});
