/**
 * @file The package: packed from a folder without a build, installed into an empty one, it trains to the usual
 * fingerprint without a development dependency, and is as small as it says. The commands are those of the Containerfile, whose
 * other instructions are carried out here as far as that goes without a container engine.
 */
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, test } from "vitest";

import { containerInstructions, textsOf } from "../../support/fixtures/containerfile.ts";
import { linksOf } from "../../support/fixtures/markdown.ts";
import { freePort } from "../../support/processes/local-server.ts";
import { judging } from "./package-check.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
/** What an installation may take, and how many packages it may need, optional ones aside. */
const [unpackedBytesMax, packagesMax] = [3e6, 10];

const [buildCommand = "", installCommand = "", ...steps] = textsOf("RUN").slice(1);
/** What a process in the container finds at these paths. */
const placed = (text: string) => text.replaceAll(/\/(opt\/promedio|usr|runs)\b/gu, `${folder}/$1`);

let folder = "";
let files: readonly { readonly path: string; readonly size: number }[] = [];
let tarball = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "promedio-package-"));
  const clone = join(folder, "clone");
  const ignored = (await readFile(join(root, ".dockerignore"), "utf8")).trim().split("\n");
  const left = new Set(ignored);
  const filter = (path: string) => !left.has(basename(path)) || path === root;
  await cp(root, clone, { recursive: true, filter });
  // As after the first command, npm ci.
  await symlink(join(root, "node_modules"), join(clone, "node_modules"));
  // To compile the kernel takes longer than all the rest; it is the same.
  await mkdir(join(clone, "build"));
  for (const name of ["kernel.wasm", "kernel.key"]) {
    // oxlint-disable-next-line no-await-in-loop -- two small files
    await cp(join(root, "build", name), join(clone, "build", name));
  }
  await run("sh", ["-ec", buildCommand], { cwd: clone });
  tarball = join(clone, (await readdir(clone)).find((name) => name.endsWith(".tgz")) ?? "");
  const listed = await run("tar", ["tvzf", tarball]);
  files = listed.stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [, , size, , , path = ""] = line.split(/\s+/u);
      return { path: path.replace("package/", ""), size: Number(size) };
    });
}, 120_000);
afterAll(async () => await rm(folder, { recursive: true, force: true }));

test("has the program, the kernel and the pages, and no sources, maps or tests", () => {
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(["build/promedio.js", "build/kernel.wasm", "build/pages/join.js"]),
  );
  const strangers = paths.filter((path) => /\.(?:ts|map|key|tgz)$|^test\//u.test(path));
  expect(strangers).toEqual(["build/library.d.ts", "build/pages/library.d.ts"]);
  expect(files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(unpackedBytesMax);
});

test("its pages have no link to a file that is not in it", async () => {
  const paths = new Set(files.map(({ path }) => path));
  const pages = [...paths].filter((path) => path.endsWith(".md"));
  expect(pages.toSorted()).toEqual([
    "API.md",
    "README.md",
    "REFERENCE.md",
    "RUNNING.md",
    "SECURITY.md",
  ]);
  const links = new Set<string>();
  for (const page of pages) {
    // oxlint-disable-next-line no-await-in-loop -- five pages
    const { stdout } = await run("tar", ["xzOf", tarball, `package/${page}`]);
    const own = linksOf(stdout).filter((link) => !/^(?:https?:|#)/u.test(link));
    expect(own.filter((link) => !paths.has(link.split("#", 1)[0] ?? ""))).toEqual([]);
    for (const link of own) links.add(link);
  }
  expect(links).toContain("API.md");
});

test("publint, a judge of packages, has nothing to say about it", async (context) => {
  const { stdout } = await run("npx", judging("publint", tarball)).catch((error: unknown) => {
    // An offline machine does not have it. What it says itself is on the standard output.
    if (error instanceof Error && "stdout" in error && error.stdout === "") return context.skip();
    throw error;
  });
  expect(stdout).toContain("All good!");
});

test("trains where nothing else is installed, to the fingerprint of the repository", async () => {
  const place = join(folder, "opt/promedio");
  // Packages that are there need no network; the optional one is large.
  const sparing = placed(installCommand).replace(
    "--omit=dev",
    "$& --omit=optional --prefer-offline",
  );
  await run("sh", ["-ec", sparing], { cwd: dirname(tarball) });
  const installed = await readFile(join(place, "node_modules/.package-lock.json"), "utf8");
  const { packages }: { packages: Record<string, unknown> } = JSON.parse(installed);
  expect(Object.keys(packages).length).toBeLessThanOrEqual(packagesMax);
  const args = ["start", "--exit", "--json", "--port", "0", "--host", "127.0.0.1", "--epochs", "1"];
  const here = await run(process.execPath, [join(root, "build/promedio.js"), ...args], {
    cwd: folder,
  });
  const there = await run(join(place, "node_modules/.bin/promedio"), args, { cwd: place });
  expect(fingerprintIn(there.stdout)).toBe(fingerprintIn(here.stdout));
  // A CommonJS program; the examples are modules.
  const program = `const { train } = require("promedio");
    train({ epochs: 1 }).result.then((result) => console.log(JSON.stringify(result)));`;
  const flags = ["--input-type=commonjs", "--eval", program];
  const library = await run(process.execPath, flags, { cwd: place });
  expect(fingerprintIn(library.stdout)).toBe(fingerprintIn(here.stdout));
}, 120_000);

function fingerprintIn(lines: string): unknown {
  const [, fingerprint] = /"fingerprint":"([\da-f]{64})"/u.exec(lines) ?? [];
  expect(fingerprint).toBeDefined();
  return fingerprint;
}

/** Whether this user may start a process as the first of a namespace, which a container's is. */
const canBeFirst = spawnSync("unshare", ["--pid", "--fork", "true"]).status === 0;
/** The texts that a JSON array of strings has. */
const words = (text: string): string[] => JSON.parse(text.replace(/^[^[]*/u, ""));

test("the Containerfile has only instructions that are tried here, and its user owns what is written", () => {
  const tried = ["FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE"];
  const known = new Set([...tried, "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"]);
  expect(containerInstructions().filter(({ name }) => !known.has(name))).toEqual([]);
  expect(textsOf("RUN")[0]).toBe("npm ci");
  expect(textsOf("USER")).toEqual(["node"]);
  expect(textsOf("RUN").at(-1)).toBe(`mkdir ${textsOf("VOLUME")[0]} && chown node:node /runs`);
});

test.skipIf(!canBeFirst)(
  "the container's process: it is healthy, obeys the stop signal as process 1, and has saved its run",
  async () => {
    await mkdir(join(folder, "usr/local/bin"), { recursive: true });
    // The user of the image is not known here.
    for (const step of steps)
      spawnSync("sh", ["-ec", placed(step).replace("node:node", "$(id -u)")]);
    const port = await freePort();
    const image = Object.fromEntries(textsOf("ENV").map((text) => placed(text).split("=")));
    const env = {
      PATH: `${join(folder, "usr/local/bin")}:${process.env["PATH"]}`,
      ...image,
      PROMEDIO_PORT: String(port),
      PROMEDIO_LOCAL_WORKERS: "1",
    };
    const command = [...words(textsOf("ENTRYPOINT")[0] ?? ""), ...words(textsOf("CMD")[0] ?? "")];
    const child = spawn("unshare", ["--pid", "--fork", "--kill-child", ...command], {
      env,
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let log = "";
    child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
    await expect.poll(() => log).toContain('"event":"epoch"');
    const check = textsOf("HEALTHCHECK")[0]?.replaceAll(textsOf("EXPOSE")[0] ?? "-", String(port));
    const [program = "", ...args] = words(check ?? "");
    expect(spawnSync(program, args, { env }).status).toBe(0);
    const first = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
    process.kill(Number(first), textsOf("STOPSIGNAL")[0]);
    const [code] = await once(child, "exit");
    expect(code).toBe(130);
    expect(log).toMatch(/"event":"stopped".*"checkpoint":"[^"]+\/runs\/[^"]+\.safetensors"/u);
    expect(spawnSync(program, args, { env }).status).toBe(1);
  },
  60_000,
);
