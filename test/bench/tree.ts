/**
 * @file What the fixed tree costs: gradients that arrive in any order are added along the tree, beside the same gradients
 * added to one sum as they come. Both copy each gradient into kernel memory and look for NaN and ±∞ in it.
 */
import { instantiateKernel } from "../../shared/kernels/kernel.ts";
import { Reduction } from "../../shared/run/reduction.ts";
import { loadKernelWasm } from "../support/kernel-wasm.ts";
import { type Contestant, interleave } from "./interleave.ts";
import { ratios, type Report } from "./report.ts";

const rounds = 9;
const seconds = 0.2;

export async function benchTree(report: Report): Promise<void> {
  const wasm = await loadKernelWasm();
  for (const parameters of [13_002, 669_706]) {
    for (const blocks of [2, 8, 64]) {
      const kernel = instantiateKernel(wasm);
      const gradients = Array.from({ length: blocks }, (_, i) => {
        return new Float32Array(parameters).fill(1 / (i + 1));
      });
      const order = arrivalOrder(blocks);
      const tree = new Reduction(kernel, parameters);
      const along = () => {
        tree.begin(blocks);
        for (const leaf of order) {
          const values = gradients[leaf] ?? new Float32Array(0);
          tree.accept({ start: leaf, end: leaf + 1 }, { values, lossSum: 1, correct: 1 });
        }
      };
      const { arena, views, functions } = kernel;
      const [sum, arrived] = [arena.allocate(4 * parameters), arena.allocate(4 * parameters)];
      const plain = () => {
        for (const [place, leaf] of order.entries()) {
          const pointer = place === 0 ? sum : arrived;
          views.f32.set(gradients[leaf] ?? [], pointer / 4);
          functions.allFinite(pointer, parameters);
          if (place > 0) functions.addVectors(sum, sum, arrived, parameters);
        }
      };
      const contestants = [turns("tree", along), turns("plain", plain)];
      // oxlint-disable-next-line no-await-in-loop -- one size after the other
      const measured = await interleave(contestants, rounds, report);
      const [ours, theirs] = [measured("tree").perSecond, measured("plain").perSecond];
      const title = `${parameters.toLocaleString("en-US")} parameters, ${blocks} blocks`;
      report.figure(`${title}: along the tree`, "sums/s", ours);
      report.figure(`${title}: in order of arrival`, "sums/s", theirs);
      report.figure(
        `${title}: tree's extra time`,
        "×",
        ratios(theirs, ours).map((r) => r - 1),
        { below: 0.05 },
      );
    }
  }
}

function turns(name: string, work: () => void): Contestant {
  for (const end = performance.now() + 100; performance.now() < end;) work();
  return {
    name,
    async turn() {
      const start = performance.now();
      let count = 0;
      for (; performance.now() - start < 1000 * seconds; count++) work();
      return { perSecond: (1000 * count) / (performance.now() - start) };
    },
  };
}

/** Neither ascending nor in pairs: every third one, round and round. */
function arrivalOrder(count: number): number[] {
  return [0, 1, 2].flatMap((first) => {
    return Array.from({ length: count }, (_, i) => i).filter((i) => i % 3 === first);
  });
}
