/**
 * @file Workers that share one slow link: steps and samples per second by the number of connected workers, the link, the
 * batch, and what the run sends. The coordinator and its workers run in a network namespace whose loopback is shaped.
 * The coordinator itself decides how many of the connected workers a step uses, so a row must not be slower than the
 * fastest with fewer.
 */
import { known } from "../../../shared/assert.ts";
import type { Report } from "../tools/report.ts";
import { stepsPerSecondOf } from "./measured.ts";
import { ShapedLink } from "./shaped-link.ts";

const megabits = [10, 30, 100];
const workerCounts = [1, 2, 4, 8];
const batchSizes = [64, 1024];
/** What a run sends, and how often: further rows are other wire forms. */
const forms: readonly {
  readonly title: string;
  readonly flags: readonly string[];
  /** Of one step. */
  readonly batches: number;
  readonly batchSizes: readonly number[];
}[] = [
  { title: "float32", flags: [], batches: 1, batchSizes },
  { title: "float16", flags: ["--wire=float16"], batches: 1, batchSizes: [64] },
  // An epoch of larger batches would be more samples than anybody wants to draw.
  { title: "50 local steps", flags: ["--local-steps=50"], batches: 50, batchSizes: [64] },
];
const layers = "784,16,16,10";
/** An epoch of so many steps, because rates are read at the ends of epochs. */
const stepsPerEpoch = 8;
const warmUpMs = 4_000;
const windowMs = 6_000;
/** Of the fastest with fewer workers, and of the steps of a single one. */
const lossMax = 0.1;

export async function benchSharedLink(report: Report): Promise<void> {
  for (const rate of megabits) {
    const link = ShapedLink.create(rate);
    if (typeof link === "string") return report.absent("a shared link", link);
    try {
      for (const batchSize of batchSizes)
        // oxlint-disable-next-line no-await-in-loop -- one run after the other
        for (const form of forms.filter((each) => each.batchSizes.includes(batchSize)))
          // oxlint-disable-next-line no-await-in-loop
          await compare(report, link, { rate, batchSize, form });
    } finally {
      link.remove();
    }
  }
}

interface Place {
  readonly rate: number;
  readonly batchSize: number;
  readonly form: (typeof forms)[number];
}

async function compare(report: Report, link: ShapedLink, place: Place): Promise<void> {
  const { rate, batchSize, form } = place;
  const measured: number[] = [];
  for (const workers of workerCounts) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const stepsPerSecond = await stepsPerSecondOf(link, {
      batchSize,
      batches: form.batches,
      stepsPerEpoch,
      workers,
      flags: [`--layers=${layers}`, ...form.flags],
      warmUpSteps: stepsPerEpoch,
      warmUpMs,
      windowMs,
    });
    measured.push(stepsPerSecond);
    const title = `${rate} Mbit/s, batch ${batchSize}, ${form.title}, ${workers} connected`;
    report.figure(title, "steps/s", [stepsPerSecond]);
    report.figure("  samples", "/s", [stepsPerSecond * batchSize * form.batches]);
  }
  const best = Math.max(...measured);
  const bar = { atLeast: 1 - lossMax };
  report.figure("  the last, of the fastest", "×", [known(measured.at(-1), "a rate") / best], bar);
}
