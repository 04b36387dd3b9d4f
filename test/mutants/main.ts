/**
 * @file `npm run mutants`: makes one limit after the other a thousand times larger and runs the tests that should
 * notice. Prints which test did; exits with 1 if a mutant survived. `npm run mutants -- http edge/` tries the limits
 * whose names or places contain `http` or `edge/`.
 */
import { spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

import { allMutants, type Mutant, mutateProgram, testsOf, titleOf } from "./mutant.ts";

const root = join(import.meta.dirname, "../..");
/** The built program, with the kernel and the pages that it loads. */
const build = join(root, "build");
/** Beside the real one, because the program looks for `package.json` and `node_modules` one folder up. */
const mutatedBuild = join(root, "build-mutant");
/** A test that waits in vain for the limit to apply has noticed, too. */
const testTimeoutMs = 150_000;

interface JsonReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const folder = await mkdtemp(join(tmpdir(), "promedio-mutants-"));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : [""];
const mutants = allMutants().filter((one) => wanted.some((part) => titleOf(one).includes(part)));
const survivors: string[] = [];
try {
  await expectNoFailure(mutants.flatMap((mutant) => testsOf(mutant, "test/unit")));
  for (const mutant of mutants) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const noticed = (await inUnitTests(mutant)) ?? (await inWholeProgram(mutant));
    if (noticed === undefined) survivors.push(titleOf(mutant));
    const result = noticed === undefined ? "SURVIVED" : `caught    ${noticed}`;
    process.stdout.write(`${titleOf(mutant).padEnd(72)} ${result}\n`);
  }
} finally {
  await rm(folder, { recursive: true });
  await rm(mutatedBuild, { recursive: true, force: true });
}
const caught = mutants.length - survivors.length;
process.stdout.write(`${caught} of ${mutants.length} mutants caught\n`);
process.exitCode = survivors.length === 0 ? 0 : 1;

/** Without a mutant every test passes, or a failure would mean nothing. */
async function expectNoFailure(files: readonly string[]): Promise<void> {
  const failure = await firstFailure([...new Set(files)], {});
  if (failure !== undefined) throw new Error(`fails without any mutant: ${failure}`);
}

async function inUnitTests(mutant: Mutant): Promise<string | undefined> {
  return await firstFailure(testsOf(mutant, "test/unit"), { MUTANT: JSON.stringify(mutant) });
}

/** Limits that only a test of the built program exceeds. */
async function inWholeProgram(mutant: Mutant): Promise<string | undefined> {
  const files = testsOf(mutant, "test/e2e");
  if (files.length === 0 || !(await buildWith(mutant))) return undefined;
  return await firstFailure(files, { PROMEDIO_PROGRAM: join(mutatedBuild, "promedio.js") });
}

/** Copies the built program and mutates the file that has the limit. @returns Whether one has. */
async function buildWith(mutant: Mutant): Promise<boolean> {
  await rm(mutatedBuild, { recursive: true, force: true });
  await cp(build, mutatedBuild, { recursive: true });
  const files = (await readdir(mutatedBuild, { recursive: true })).filter((f) => f.endsWith(".js"));
  let isMutated = false;
  for (const file of files) {
    const path = join(mutatedBuild, file);
    // oxlint-disable-next-line no-await-in-loop -- a few files
    const mutated = mutateProgram(await readFile(path, "utf8"), mutant);
    if (mutated === undefined) continue;
    isMutated = true;
    // oxlint-disable-next-line no-await-in-loop -- a few files
    await writeFile(path, mutated);
  }
  return isMutated;
}

/** Runs test files until one test fails. @returns Its name, or `undefined` if all pass. */
async function firstFailure(
  files: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  if (files.length === 0) return undefined;
  const report = join(folder, "report.json");
  await rm(report, { force: true });
  const config = ["--config", "test/mutants/vitest.config.ts"];
  const reporter = ["--reporter", "json", "--outputFile", report];
  const limit = ["--testTimeout", String(testTimeoutMs), "--hookTimeout", String(testTimeoutMs)];
  const args = ["vitest", "run", ...config, ...reporter, ...limit, ...files];
  const child = spawn("npx", args, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: "ignore",
  });
  const status = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the format of the reporter
  const { testResults } = JSON.parse(await readFile(report, "utf8")) as JsonReport;
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find((one) => one.status === "failed");
    if (failed !== undefined) return `${name.slice(root.length + 1)} "${failed.fullName}"`;
  }
  if (status === 0) return undefined;
  // A file that could not even be loaded has noticed nothing.
  process.stderr.write(`no test failed, but vitest ended with ${status}\n`);
  return undefined;
}
