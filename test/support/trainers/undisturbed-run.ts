/**
 * @file The run that nobody disturbs, for end-to-end tests to compare with: one worker computes it inside the test's
 * own process. A coordinator and a worker would spend a second of the machine on starting.
 */
import { join } from "node:path";

import { parseCommandLine } from "../../../coordinator/cli/parse.ts";
import { absoluteName, loadDataset } from "../../../coordinator/datasets/loaders.ts";
import { dataSettingsOf, factsOf } from "../../../coordinator/run-setup.ts";
import type { CoordinatorEvent } from "../../../coordinator/run/view.ts";
import { fingerprintOf } from "../../../coordinator/storage/checkpoint.ts";
import { nodeDisk } from "../../../coordinator/storage/disk.ts";
import { resolveRunConfig } from "../../../shared/run/settings/resolve.ts";
import { readKernel } from "../../../worker/node/kernel-source.ts";
import { DirectRun } from "./direct-run.ts";

type Evaluated = Pick<
  Extract<CoordinatorEvent, { event: "epoch" }>,
  "testLoss" | "testAccuracy" | "testMetrics"
>;

/**
 * The fingerprint of the run with these settings, as they are typed, and the figures of its last epoch, which are the
 * run's own unless it keeps samples for validation.
 */
export async function undisturbedRun(
  ...settings: string[]
): Promise<Evaluated & { fingerprint: string }> {
  const command = parseCommandLine(["start", ...settings], {}, () => new Uint8Array(0), "");
  if (command.kind !== "coordinator")
    throw new Error(`not the settings of a run: ${settings.join(" ")}`);
  const { options, run } = command;
  const loaded = await loadDataset(absoluteName(run.given.dataset ?? ""), {
    ...options,
    disk: nodeDisk,
    progress: () => {},
    data: dataSettingsOf(run),
    origins: run.origins,
  });
  const createKernel = readKernel(join(import.meta.dirname, "../../../build"));
  const config = resolveRunConfig(run, factsOf(loaded));
  const direct = new DirectRun({ config, dataset: loaded.dataset, createKernel, workers: 1 });
  if (direct.finish().kind !== "finished") throw new Error("the undisturbed run failed");
  const last = direct.events.findLast((event) => event.event === "epoch");
  if (last === undefined) throw new Error("nothing was evaluated");
  const { testLoss, testAccuracy, testMetrics } = last;
  return {
    fingerprint: fingerprintOf(direct.store.parameters),
    testLoss,
    testAccuracy,
    testMetrics,
  };
}

/** The fingerprint alone. */
export async function undisturbedFingerprint(...settings: string[]): Promise<string> {
  return (await undisturbedRun(...settings)).fingerprint;
}
