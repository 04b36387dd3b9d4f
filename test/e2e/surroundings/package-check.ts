/**
 * @file `npm run package:check`: the packed package as strangers see it. Two judges of packages, `publint` and
 * `@arethetypeswrong/cli`, and a run on each supported Node, from the command line, a module and a CommonJS program, in an
 * empty folder. It needs the registry; `npm test` tries the current Node only.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A judge of packages, in an exact version. Types are judged as those of a package without CommonJS files. */
const judges = {
  publint: ["publint@0.3.25", "publint", "--strict"],
  types: ["@arethetypeswrong/cli@0.18.5", "attw", "--profile", "esm-only"],
} as const;

const versions = ["20", "22", "24"];
const root = join(import.meta.dirname, "../../..");
const program = (load: string) => `${load}
  train({ epochs: 1, workers: 2 }).result.then(({ fingerprint }) => console.log(fingerprint));`;
const programs = {
  "train.mjs": program('import { train } from "promedio";'),
  "train.cjs": program('const { train } = require("promedio");'),
};

if (process.argv[1] === import.meta.filename) check();

/** @returns What `npx` is to be called with to judge a tarball. */
export function judging(judge: keyof typeof judges, tarball: string): readonly string[] {
  const [source, ...command] = judges[judge];
  return ["--yes", "-p", source, ...command, tarball];
}

function check(): void {
  const name = readdirSync(root).find((file) => /^promedio-.*\.tgz$/u.test(file));
  if (name === undefined) throw new Error("no package here; npm run package makes it");
  const tarball = join(root, name);
  for (const judge of ["publint", "types"] as const) {
    execFileSync("npx", judging(judge, tarball), { stdio: "inherit" });
  }
  const folder = mkdtempSync(join(tmpdir(), "promedio-check-"));
  try {
    const run = (command: string, ...args: string[]) =>
      execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", 2] });
    run("npm", "init", "--yes");
    run("npm", "install", "--omit=optional", "--no-audit", "--no-fund", tarball);
    for (const [file, text] of Object.entries(programs)) writeFileSync(join(folder, file), text);
    const start = ["node_modules/promedio/build/promedio.js", "start", "--exit", "--json"];
    const place = ["--port", "0", "--host", "127.0.0.1", "--epochs", "1"];
    for (const version of versions) {
      const node = ["--yes", "-p", `node@${version}`, "node"];
      const [found] = run("npx", ...node, "--version")
        .trim()
        .split("\n");
      const line = /"fingerprint":"(?<is>[\da-f]{64})"/u.exec(
        run("npx", ...node, ...start, ...place),
      );
      const module = run("npx", ...node, "train.mjs").trim();
      const common = run("npx", ...node, "train.cjs").trim();
      const all = [line?.groups?.["is"], module, common];
      const isOne = new Set(all).size === 1;
      process.stdout.write(`${found}: ${isOne ? all[0] : `differ: ${all.join(", ")}`}\n`);
      if (!isOne) process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
