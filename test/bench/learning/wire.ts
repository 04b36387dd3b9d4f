/**
 * @file What `--wire float16` and `--wire int8` cost and save: bytes of a step, and test accuracy with the reference network and the
 * default recipe, with the same seeds in all forms. In one process, with two workers called directly: the bits are those of
 * any other run. `EPOCHS=10 npm run bench -- wire` trains longer; two epochs by default.
 */
import process from "node:process";

import { factsOf } from "../../../coordinator/run-setup.ts";
import { instantiateKernel } from "../../../shared/kernels/kernel.ts";
import { resolveRunConfig } from "../../../shared/run/settings/resolve.ts";
import { type WireName, wireNames } from "../../../shared/run/wire.ts";
import { loadKernelWasm } from "../../support/fixtures/kernel-wasm.ts";
import { DirectRun } from "../../support/trainers/direct-run.ts";
import { type Loaded, loadForBench } from "../tools/dataset.ts";
import { medianOf, type Report } from "../tools/report.ts";

const epochs = Number(process.env["EPOCHS"] ?? 2);
const seeds = [1, 2, 3, 4, 5];
/** Of the bytes in float32, and points of accuracy between the two means. */
const bars = { float16: { bytes: 0.51, accuracy: 0.1 }, int8: { bytes: 0.27, accuracy: 0.2 } };

export async function benchWire(report: Report): Promise<void> {
  const loaded = await loadForBench();
  const wasm = await loadKernelWasm();
  const runs = wireNames.map((wire) =>
    seeds.map((seed) => trainOnce(loaded, wasm, { wire, seed })),
  );
  const [inFloat32 = []] = runs;
  for (const [i, name] of wireNames.entries()) {
    const of = runs[i] ?? [];
    report.figure(
      `${loaded.dataset.name}, ${epochs} epochs, ${name}: test accuracy`,
      "%",
      of.map(accuracyOf),
    );
    report.figure("  bytes of a step, both ways", "B", of.map(bytesOf));
  }
  for (const name of ["float16", "int8"] as const) {
    const of = runs[wireNames.indexOf(name)] ?? [];
    const { bytes, accuracy } = bars[name];
    const lost = 100 * (meanAccuracy(inFloat32) - meanAccuracy(of));
    report.figure(`points of accuracy lost in ${name}, mean of the seeds`, "", [lost], {
      below: accuracy,
    });
    const ratio = medianOf(of.map(bytesOf)) / medianOf(inFloat32.map(bytesOf));
    report.figure(`bytes in ${name} / float32`, "×", [ratio], { below: bytes });
  }
}

interface Trained {
  readonly accuracy: number;
  /** Headers and tensors. */
  readonly bytes: number;
}

function trainOnce(
  loaded: Loaded,
  wasm: Uint8Array,
  given: { readonly wire: WireName; readonly seed: number },
): Trained {
  const config = resolveRunConfig({ given: { ...given, epochs }, origins: {} }, factsOf(loaded));
  let bytes = 0;
  const direct = new DirectRun({
    config,
    dataset: loaded.dataset,
    createKernel: () => instantiateKernel(wasm),
    workers: 2,
    carried: (_, length) => {
      bytes += length;
    },
  });
  direct.finish();
  const accuracy = direct.run.progress.evaluation?.metrics["accuracy"] ?? 0;
  return { accuracy, bytes: bytes / direct.run.step };
}

function meanAccuracy(runs: readonly Trained[]): number {
  return runs.reduce((sum, { accuracy }) => sum + accuracy, 0) / runs.length;
}

function accuracyOf({ accuracy }: Trained): number {
  return 100 * accuracy;
}

function bytesOf({ bytes }: Trained): number {
  return bytes;
}
