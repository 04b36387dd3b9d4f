/**
 * @file The systemd unit: systemd accepts it, and its command begins a run, and continues it when it is started again.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const unit = join(root, "coordinator/deploy/promedio.service");
const text = readFileSync(unit, "utf8");
const folder = mkdtempSync(join(tmpdir(), "promedio-service-"));
afterAll(() => rmSync(folder, { recursive: true }));

const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

test.skipIf(!hasSystemd)("systemd-analyze finds no fault in it, and its sandbox is tight", () => {
  const verified = spawnSync("systemd-analyze", ["verify", unit], { encoding: "utf8" });
  expect([verified.status, verified.stderr]).toEqual([0, ""]);
  const args = ["security", "--offline=true", "--threshold=25", unit];
  expect(spawnSync("systemd-analyze", args).status).toBe(0);
});

test("its command begins a run, and when it is started again continues it", () => {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const program = join(root, "build/promedio.js");
  writeFileSync(join(bin, "promedio"), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(join(bin, "promedio"), 0o755);
  const [, shell = "", script = ""] = /^ExecStart=(\S+) -c '([^']+)'$/mu.exec(text) ?? [];
  const image = /^Environment=(.+)$/mu.exec(text)?.[1] ?? "";
  const set = image.split(" ").map((pair) => pair.replaceAll(/%[SC]/gu, folder).split("="));
  const start = (epochs: number) => {
    const options = `--exit --host 127.0.0.1 --port 0 --local-workers 1 --epochs ${epochs}`;
    // What systemd makes of two dollar signs.
    const done = spawnSync(shell, ["-c", script.replaceAll("$$", "$")], {
      env: {
        ...Object.fromEntries(set),
        PATH: `${bin}:/usr/bin:/bin`,
        OPTIONS: epochs === 1 ? `${options} --dataset digits:600,100` : options,
      },
      encoding: "utf8",
    });
    expect(done.status).toBe(0);
    return done.stderr;
  };
  expect(start(1)).toMatch(/"event":"started".*\n[^]*"event":"finished"/u);
  expect(start(2)).toMatch(/"event":"resumed".*"step":10\b[^]*"event":"finished"/u);
});
