/**
 * @file Seconds of training until MNIST's test accuracy reaches 95 %, with 784-16-16-10 and two workers on this
 * machine, compared with PyTorch DDP with the same recipe and two processes. Evaluation runs at the end of each
 * epoch and does not count; the first step and every warm-up do.
 */
import { notePyTorch, runPyTorch } from "./tools/processes.ts";
import { ratios, type Report } from "./tools/report.ts";
import { flags, mnistFolder, mnistIsHere, train } from "./tools/trainer.ts";

const rounds = 5;
const wanted = 0.95;
/** Found by trial; `LOG.md` has the other candidates. */
const layers = [784, 16, 16, 10];
const batchSize = 256;
const learningRate = 0.012;
const recipe = flags({
  activation: "relu",
  optimizer: "adam",
  "learning-rate": learningRate,
  schedule: "cosine",
});
const epochs = 5;

interface EpochEnd {
  /** Seconds of training so far. */
  readonly seconds: number;
  readonly testAccuracy: number;
}

export async function benchAccuracy(report: Report): Promise<void> {
  await notePyTorch(report);
  if (!mnistIsHere) return report.absent("MNIST to 95 %", `${mnistFolder} is not there`);
  const ours: EpochEnd[][] = [];
  const theirs: EpochEnd[][] = [];
  for (let round = 0; round < rounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    ours.push(await trainOnce());
    // oxlint-disable-next-line no-await-in-loop
    const ends = await trainByPyTorch();
    if (ends !== undefined) theirs.push(ends);
  }
  const title = `batch ${batchSize}, ${recipe.join(" ").replaceAll("--", "")}`;
  const seconds = ours.map(secondsToWanted);
  report.figure(`MNIST to 95 %: ${title}`, "s", seconds, { below: 3 });
  report.figure("  test accuracy at the end", "%", ours.map(lastAccuracy));
  const peer = "PyTorch DDP, gloo, 2 processes, same recipe";
  if (theirs.length === 0) return report.absent(peer, "not installed");
  const theirSeconds = theirs.map(secondsToWanted);
  report.figure(peer, "s", theirSeconds);
  report.figure("  test accuracy at the end", "%", theirs.map(lastAccuracy));
  report.figure("DDP's seconds / ours", "×", ratios(theirSeconds, seconds));
}

async function trainOnce(): Promise<EpochEnd[]> {
  const { epochs: ends } = await train({ layers, batchSize, epochs, more: recipe });
  return ends.map(({ seconds, testAccuracy }) => {
    return { seconds: Number(seconds), testAccuracy: Number(testAccuracy) };
  });
}

async function trainByPyTorch(): Promise<EpochEnd[] | undefined> {
  const given = { mode: "accuracy", layers, batchSize, learningRate, epochs, mnist: mnistFolder };
  return (await runPyTorch<{ epochs: EpochEnd[] }>(given))?.epochs;
}

/** `Infinity` if it was never reached. */
function secondsToWanted(ends: readonly EpochEnd[]): number {
  return ends.find(({ testAccuracy }) => testAccuracy >= wanted)?.seconds ?? Infinity;
}

function lastAccuracy(ends: readonly EpochEnd[]): number {
  return 100 * (ends.at(-1)?.testAccuracy ?? 0);
}
