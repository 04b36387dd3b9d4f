/**
 * @file Seconds of training until MNIST's test accuracy reaches 95 %, with 784-16-16-10 and two workers on this machine.
 * Evaluation happens at the end of each epoch and is not in the seconds; the first step and every warm-up are.
 */
import { type Report } from "./report.ts";
import { flags, mnistIsHere, train } from "./trainer.ts";

const rounds = 5;
const wanted = 0.95;
/** Found by trying; `LOG.md` has the others. */
const recipe = flags({
  activation: "relu",
  optimizer: "adam",
  "learning-rate": 0.012,
  schedule: "cosine",
});
const batchSize = 256;
/** Five epochs. */
const steps = 900;

export async function benchAccuracy(report: Report): Promise<void> {
  if (!mnistIsHere) return report.absent("MNIST to 95 %", "../shared/data/mnist is not there");
  const seconds: number[] = [];
  const accuracies: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { epochs } = await train({ layers: [784, 16, 16, 10], batchSize, steps, more: recipe });
    const reached = epochs.find((epoch) => Number(epoch["testAccuracy"]) >= wanted);
    seconds.push(reached === undefined ? Infinity : Number(reached["seconds"]));
    accuracies.push(100 * Number(epochs.at(-1)?.["testAccuracy"]));
  }
  const title = `batch ${batchSize}, ${recipe.join(" ").replaceAll("--", "")}`;
  report.figure(`MNIST to 95 %: ${title}`, "s", seconds, { below: 3 });
  report.figure("test accuracy at the end", "%", accuracies);
}
