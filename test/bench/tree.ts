/**
 * @file The cost of the fixed tree: gradients that arrive out of order are added along the tree, compared with the
 * same gradients added to one sum in order of arrival. Both copy each gradient into kernel memory and check it for
 * NaN and ±∞. The difference is compared with the bare echo, which only sends parameters out and a gradient back.
 */
import { Reduction } from "../../shared/engine/reduction.ts";
import { instantiateKernel } from "../../shared/kernels/kernel.ts";
import { allIn } from "../../shared/run/wire.ts";
import { loadKernelWasm } from "../support/fixtures/kernel-wasm.ts";
import { type Contestant, interleave, type Turn } from "./tools/interleave.ts";
import { runPeer } from "./tools/processes.ts";
import { medianOf, type Report } from "./tools/report.ts";

const rounds = 9;
const seconds = 0.2;
const wasm = await loadKernelWasm();

export async function benchTree(report: Report): Promise<void> {
  for (const parameters of [13_002, 669_706]) {
    for (const blocks of [2, 8, 64]) {
      // oxlint-disable-next-line no-await-in-loop -- one size after the other
      await measure(report, parameters, blocks);
    }
  }
}

async function measure(report: Report, parameters: number, blocks: number): Promise<void> {
  const gradients = Array.from({ length: blocks }, (_, i) => {
    return new Float32Array(parameters).fill(1 / (i + 1));
  });
  const order = arrivalOrder(blocks);
  const contestants: Contestant[] = [
    { name: "tree", turn: cpuTurn(alongTree(gradients, order)) },
    { name: "plain", turn: cpuTurn(asTheyCome(gradients, order)) },
    {
      name: "echo",
      turn: () => runPeer<Turn>("echo.ts", { bytes: 4 * parameters, clients: 2, seconds: 0.5 }),
    },
  ];
  const turns = await interleave(contestants, rounds, report);
  const a = (name: string, gradientCount: number) => {
    return turns(name).cpuMicros.map((micros) => micros / gradientCount);
  };
  const [tree, plain, echo] = [a("tree", blocks), a("plain", blocks), a("echo", 2)];
  const title = `${parameters.toLocaleString("en-US")} parameters, ${blocks} blocks`;
  report.figure(`${title}: along the tree`, "µs/gradient", tree);
  report.figure(`${title}: in order of arrival`, "µs/gradient", plain);
  report.figure(`${title}: sent and echoed`, "µs/gradient", echo);
  // Of medians, because single differences of small numbers are noise.
  const extra = (medianOf(tree) - medianOf(plain)) / medianOf(echo);
  report.figure(`${title}: tree's extra / echo`, "×", [extra], { below: 0.05 });
}

function alongTree(gradients: readonly Float32Array[], order: readonly number[]): () => void {
  const [first = new Float32Array(0)] = gradients;
  const tree = new Reduction(instantiateKernel(wasm), allIn("float32", first.length));
  return () => {
    tree.begin(gradients.length);
    for (const leaf of order) {
      const values = gradients[leaf] ?? first;
      tree.accept({ start: leaf, end: leaf + 1 }, { values, lossSum: 1, correct: 1 });
    }
  };
}

function asTheyCome(gradients: readonly Float32Array[], order: readonly number[]): () => void {
  const [first = new Float32Array(0)] = gradients;
  const { arena, views, functions } = instantiateKernel(wasm);
  const [sum, arrived] = [arena.allocate(4 * first.length), arena.allocate(4 * first.length)];
  return () => {
    for (const [place, leaf] of order.entries()) {
      const pointer = place === 0 ? sum : arrived;
      views.f32.set(gradients[leaf] ?? first, pointer / 4);
      functions.allFinite(pointer, first.length);
      if (place > 0) functions.addVectors(sum, sum, arrived, first.length);
    }
  };
}

/** Measures this process's CPU time, which other processes disturb less than wall time. */
function cpuTurn(work: () => void): () => Promise<Turn> {
  for (let i = 0; i < 20; i++) work();
  return async () => {
    const started = process.cpuUsage();
    let count = 0;
    let micros = 0;
    for (; micros < 1e6 * seconds; count++) {
      work();
      const { user, system } = process.cpuUsage(started);
      micros = user + system;
    }
    return { perSecond: (1e6 * count) / micros, cpuMicros: micros / count };
  };
}

/** Neither ascending nor in pairs: every third one, round and round. */
function arrivalOrder(count: number): number[] {
  return [0, 1, 2].flatMap((first) => {
    return Array.from({ length: count }, (_, i) => i).filter((i) => i % 3 === first);
  });
}
