/**
 * @file The matrix of commands: every command of a dashboard with the admin token × every field × every wrong value, in every
 * phase of a run, on real processes. Each is answered with one line, and neither the run nor another dashboard notices.
 */
import { afterAll, beforeAll, expect, test } from "vitest";

import { known } from "../../../shared/assert.ts";
import { runKeys } from "../../../shared/run/settings/run-settings.ts";
import { badCommands, commandId, commands, textOf } from "../../support/attacks/bad-commands.ts";
import { frame, opcodes, RawPeer } from "../../support/attacks/raw-peer.ts";
import { inEnglish } from "../../support/fixtures/in-english.ts";
import { AdminSocket, type CommandEnd } from "../../support/processes/admin-socket.ts";
import { Cluster, type CoordinatorProcess } from "../../support/processes/cluster.ts";
import { undisturbedFingerprint } from "../../support/trainers/undisturbed-run.ts";

const adminToken = "admin-token-of-commands";
const run = ["--dataset", "digits:600,100", "--epochs", "100000", "--steps", "600"];

let cluster: Cluster;
let coordinator: CoordinatorProcess;
let admin: AdminSocket;
let bystander: RawPeer;
let expected: string;

beforeAll(async () => {
  cluster = await Cluster.create();
  expected = await undisturbedFingerprint(...run);
  const workers = ["--local-workers", "1", "--min-workers", "2"];
  coordinator = cluster.coordinator("--admin-token", adminToken, ...workers, ...run);
  const { url } = await coordinator.event("listening");
  const port = Number(new URL(String(url)).port);
  admin = new AdminSocket(port, adminToken);
  bystander = await RawPeer.upgrade(port, "/watch");
  bystander.write(frame(opcodes.text, Buffer.from(JSON.stringify({ token: adminToken }))));
});
afterAll(async () => {
  admin.close();
  bystander.destroy();
  await cluster.stop();
});

/** Gives every bad command in this phase of the run. @returns How many. */
async function giveAll(phase: string): Promise<number> {
  await admin.until(phase);
  const all = badCommands();
  for (const { what, text } of all) expectRefusal(what, await admin.command(text));
  return all.length;
}

/** Gives bad commands one at a time while the run continues. @returns How many. */
async function giveWhileTraining(): Promise<number> {
  await admin.until("training");
  const all = badCommands();
  let count = 0;
  for (; !isOver(); count++) {
    const { what, text } = known(all[count % all.length], "a list that is not empty");
    expectRefusal(what, await admin.command(text));
  }
  return count;
}

function isOver(): boolean {
  return coordinator.events.some(({ event }) => event === "finished");
}

function expectRefusal(what: string, end: CommandEnd): void {
  const { id, error } = typeof end === "string" ? { id: -1, error: end } : end;
  expect([what, id === 0 || id === commandId]).toEqual([what, true]);
  expect([what, inEnglish(error)]).toEqual([what, expect.stringMatching(/^[^\n]+$/u)]);
}

test("bad commands before, between, in and after the steps of a run change nothing; its fingerprint is right", async () => {
  const counts: Record<string, number> = {};
  counts["waiting"] = await giveAll("waiting");
  const [pause = "", resume = "", stop = ""] = commands.map(textOf);
  expect(await admin.command(pause)).toEqual({ id: commandId, error: null });
  const { joinUrl } = await coordinator.event("listening");
  cluster.worker(String(joinUrl));
  counts["paused"] = await giveAll("paused");
  expect(await admin.command(resume)).toEqual({ id: commandId, error: null });
  counts["training"] = await giveWhileTraining();
  expect(counts["training"]).toBeGreaterThan(20);
  const { fingerprint } = await coordinator.event("finished");
  expect(fingerprint).toBe(expected);
  counts["finished"] = await giveAll("finished");
  // There is nothing to pause, resume or stop.
  for (const text of [pause, resume, stop]) expectRefusal(text, await admin.command(text));
  expect(await bystander.settle()).toBe("open");
  const left = coordinator.events.filter(({ change }) => change === "left" || change === "refused");
  expect([left, coordinator.stderr]).toEqual([[], ""]);
  const phases = Object.entries(counts).map(([phase, count]) => `${count} while ${phase}`);
  process.stdout.write(
    `bad commands of an admin, each refused in one line: ${phases.join(", ")}\n`,
  );
});

test("a run with a setting that is wrong in any way does not start: every setting, 11 values each", async () => {
  const values = [
    "",
    " ",
    "NaN",
    "∞",
    "-∞",
    "{}",
    "0x10",
    "1e999",
    "\u0000",
    "../../etc/passwd",
    "x".repeat(100),
  ];
  for (const key of runKeys) {
    for (const value of values) {
      const text = JSON.stringify({ command: "start", id: commandId, settings: { [key]: value } });
      expectRefusal(`${key}: ${value}`, await admin.command(text));
    }
  }
  expect(coordinator.events.filter(({ event }) => event === "started")).toHaveLength(1);
  const settings = { dataset: "digits:600,100", steps: "10", epochs: "1000" };
  const right = JSON.stringify({ command: "start", id: commandId, settings });
  expect(await admin.command(right)).toEqual({ id: commandId, error: null });
  await coordinator.event("started", ({ totalSteps }) => totalSteps === 10);
  process.stdout.write(
    `bad settings of a run: ${values.length * runKeys.length}, each refused in one line\n`,
  );
});
