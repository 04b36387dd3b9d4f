/**
 * @file The package: packed from a folder without a build, installed into an empty one, it trains to the usual
 * fingerprint without a development dependency, and is as small as it says.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
/** What an installation may take, and how many packages it may need, optional ones aside. */
const [unpackedBytesMax, packagesMax] = [3e6, 10];

let folder = "";
let files: readonly { readonly path: string; readonly size: number }[] = [];
let tarball = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "promedio-package-"));
  const clone = join(folder, "clone");
  const left = new Set(["node_modules", "build", "build-mutant", "runs", ".git"]);
  const filter = (path: string) => !left.has(basename(path)) || path === root;
  await cp(root, clone, { recursive: true, filter });
  await symlink(join(root, "node_modules"), join(clone, "node_modules"));
  // To compile the kernel takes longer than all the rest; it is the same.
  await mkdir(join(clone, "build"));
  for (const name of ["kernel.wasm", "kernel.key"]) {
    // oxlint-disable-next-line no-await-in-loop -- two small files
    await cp(join(root, "build", name), join(clone, "build", name));
  }
  await run("npm", ["run", "--silent", "package"], { cwd: clone });
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
  expect(paths.filter((path) => /\.(?:ts|map|key|tgz)$|^test\//u.test(path))).toEqual([]);
  expect(files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(unpackedBytesMax);
});

test("trains where nothing else is installed, to the fingerprint of the repository", async () => {
  const place = join(folder, "empty");
  await mkdir(place);
  await writeFile(join(place, "package.json"), '{ "private": true }\n');
  const install = ["install", "--prefer-offline", "--omit=optional", "--no-audit", "--no-fund"];
  await run("npm", [...install, tarball], { cwd: place });
  const installed = await readFile(join(place, "node_modules/.package-lock.json"), "utf8");
  const { packages }: { packages: Record<string, unknown> } = JSON.parse(installed);
  expect(Object.keys(packages).length).toBeLessThanOrEqual(packagesMax);
  const args = ["start", "--exit", "--json", "--port", "0", "--host", "127.0.0.1", "--epochs", "1"];
  const here = await run(process.execPath, [join(root, "build/promedio.js"), ...args], {
    cwd: folder,
  });
  const there = await run(join(place, "node_modules/.bin/promedio"), args, { cwd: place });
  expect(fingerprintIn(there.stdout)).toBe(fingerprintIn(here.stdout));
}, 120_000);

function fingerprintIn(lines: string): unknown {
  const [, fingerprint] = /"fingerprint":"([\da-f]{64})"/u.exec(lines) ?? [];
  expect(fingerprint).toBeDefined();
  return fingerprint;
}
