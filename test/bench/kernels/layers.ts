/**
 * @file The kernels of convolution and attention beside a bare loop of multiplications and additions in WebAssembly SIMD,
 * which is what a core could reach at most.
 */
import {
  type ConvolutionShape,
  convolutionScratchBytes,
  convolutionShapeByteLength,
  writeConvolutionShape,
} from "../../../shared/kernels/convolution-shape.ts";
import { instantiateKernel, type Kernel } from "../../../shared/kernels/kernel.ts";
import { loadKernelWasm } from "../../support/fixtures/kernel-wasm.ts";
import { type Contestant, interleave } from "../tools/interleave.ts";
import { ratios, type Report } from "../tools/report.ts";

const rounds = 5;
const seconds = 0.3;

/** Something to repeat, and the floating-point operations of one call. */
interface Work {
  readonly call: () => void;
  readonly flops: number;
}

export async function benchLayers(report: Report): Promise<void> {
  const bare = await bareLoop();
  const works = { ...convolutions(), ...attentions() };
  const contestants: Contestant[] = Object.entries({ "bare loop": bare, ...works }).map(
    ([name, work]) => ({ name, turn: async () => ({ perSecond: flopsPerSecond(work) }) }),
  );
  const turns = await interleave(contestants, rounds, report);
  const most = turns("bare loop").perSecond;
  report.figure("bare loop", "GFLOP/s", inBillions(most));
  for (const name of Object.keys(works)) {
    const { perSecond } = turns(name);
    report.figure(name, "GFLOP/s", inBillions(perSecond));
    report.figure(`${name} / bare loop`, "×", ratios(perSecond, most), { atLeast: 0.6 });
  }
}

function inBillions(values: readonly number[]): number[] {
  return values.map((value) => value / 1e9);
}

/** By the shortest call: calls are shorter than a time slice, so other programs take nothing from that one. */
function flopsPerSecond({ call, flops }: Work): number {
  let shortest = Infinity;
  let last = performance.now();
  for (const end = last + 1000 * seconds; last < end;) {
    call();
    const now = performance.now();
    shortest = Math.min(shortest, now - last);
    last = now;
  }
  return (1000 * flops) / shortest;
}

/** The part of AssemblyScript's compiler that is used. Its own types would redefine those of JavaScript. */
interface Compiler {
  compileString(
    source: string,
    options: object,
  ): Promise<{ readonly binary: Uint8Array<ArrayBuffer> | null; readonly error: Error | null }>;
}
const compiler: string = "assemblyscript/asc";

/** Twelve sums in registers, no loads: enough of them that a core need not wait for the last one. */
async function bareLoop(): Promise<Work> {
  const names = Array.from({ length: 12 }, (_, i) => `s${i}`);
  const source = `export function run(count: i32): f32 {
    const x = f32x4.splat(1.0000001);
    ${names.map((name, i) => `let ${name} = f32x4.splat(${i + 1});`).join("\n")}
    for (let i = 0; i < count; i++) {
      ${names.map((name) => `${name} = f32x4.add(${name}, f32x4.mul(x, ${name}));`).join("\n")}
    }
    return f32x4.extract_lane(${names.reduce((sum, name) => `f32x4.add(${sum}, ${name})`)}, 0);
  }`;
  const options = { optimizeLevel: 3, runtime: "stub", enable: ["simd"] };
  const asc = (await import(compiler)) as Compiler;
  const { binary, error } = await asc.compileString(source, options);
  if (binary === null) throw new Error("the bare loop does not compile", { cause: error });
  const { instance } = await WebAssembly.instantiate(binary);
  const run = instance.exports["run"] as (count: number) => number;
  const count = 100_000;
  return { call: () => run(count), flops: count * names.length * 4 * 2 };
}

const sizes = [
  { name: "14 × 14, 16 → 32", height: 14, width: 14, channels: 16, outputs: 32 },
  { name: "32 × 32, 32 → 64", height: 32, width: 32, channels: 32, outputs: 64 },
  { name: "8 × 8, 128 → 128", height: 8, width: 8, channels: 128, outputs: 128 },
];
const samples = 1;

function convolutions(): Record<string, Work> {
  const works: Record<string, Work> = {};
  for (const { name, height, width, channels, outputs } of sizes) {
    const shape: ConvolutionShape = {
      height,
      width,
      channels,
      outputHeight: height,
      outputWidth: width,
      outputs,
      kernel: 3,
      stride: 1,
      before: 1,
      frameHeight: height + 2,
      frameWidth: width + 2,
    };
    const flops = 2 * samples * height * width * outputs * 9 * channels;
    for (const [part, call] of Object.entries(callsOf(shape))) {
      works[`convolution 3 × 3, ${name}: ${part}`] = { call, flops };
    }
  }
  return works;
}

function callsOf(shape: ConvolutionShape): Record<string, () => void> {
  const kernel = instantiateKernel(wasm);
  const { arena, functions, views } = kernel;
  const [xs, ys] = [shape.channels, shape.outputs].map((c) => shape.height * shape.width * c) as [
    number,
    number,
  ];
  const [x, y] = [rows(kernel, xs), rows(kernel, ys)];
  const weights = rows(kernel, 9 * shape.channels * shape.outputs);
  const record = arena.allocate(convolutionShapeByteLength);
  writeConvolutionShape(views, record, shape);
  const scratch = arena.allocate(convolutionScratchBytes(shape));
  return {
    forward: () =>
      functions.convolutionForward(y, ys, x, xs, samples, weights, weights, record, scratch),
    "input gradient": () =>
      functions.convolutionInputGradient(x, xs, y, ys, samples, weights, record, scratch),
    "weight gradient": () =>
      functions.convolutionWeightGradient(weights, x, xs, y, ys, samples, record, 1, scratch),
  };
}

function attentions(): Record<string, Work> {
  const kernel = instantiateKernel(wasm);
  const { arena, functions } = kernel;
  const [steps, width, heads] = [64, 128, 4];
  const [qs, ys] = [3 * steps * width, steps * width];
  const [q, dq, y] = [rows(kernel, qs), rows(kernel, qs), rows(kernel, ys)];
  const p = arena.allocate(4 * samples * heads * steps * steps);
  const scratch = arena.allocate(4 * steps * steps + 64 * width);
  // Each step sees itself and those before it.
  const product = samples * steps * (steps + 1) * width;
  return {
    "attention, 64 steps of 128, 4 heads: forward": {
      call: () =>
        functions.attentionForward(y, ys, q, qs, p, samples, steps, width, heads, 1, scratch),
      flops: 2 * product,
    },
    "attention, 64 steps of 128, 4 heads: backward": {
      call: () =>
        functions.attentionBackward(
          dq,
          qs,
          y,
          ys,
          q,
          qs,
          p,
          samples,
          steps,
          width,
          heads,
          1,
          scratch,
        ),
      flops: 4 * product,
    },
  };
}

/** Rows of numbers that stay in the normal range. */
function rows({ arena, views }: Kernel, width: number): number {
  const pointer = arena.allocate(4 * samples * width + 64);
  for (let i = 0; i < samples * width; i++) views.f32[pointer / 4 + i] = ((i * 37) % 101) / 1e4;
  return pointer;
}

const wasm = await loadKernelWasm();
