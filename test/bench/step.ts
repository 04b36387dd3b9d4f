/**
 * @file Synchronous steps at batch 64: a coordinator and two Node workers, compared with a bare `ws` echo of the
 * same bytes and with PyTorch DDP with two processes.
 */
import { denseModel } from "../../shared/model/dense-model.ts";
import { parameterCount } from "../../shared/model/layout.ts";
import { type Contestant, interleave, type Turn } from "./tools/interleave.ts";
import { notePyTorch, runPeer, runPyTorch } from "./tools/processes.ts";
import { ratios, type Report } from "./tools/report.ts";
import { trainingTurn } from "./tools/trainer.ts";

const layers = [784, 16, 16, 10];
const batchSize = 64;
const rounds = 5;
const bytes =
  4 * parameterCount(denseModel({ widths: layers, activation: "sigmoid", output: "softmax" }));

export async function benchStep(report: Report): Promise<void> {
  await notePyTorch(report);
  const contestants: Contestant[] = [
    { name: "promedio", turn: () => trainingTurn({ layers, batchSize, steps: 16_000 }) },
    {
      name: "bare ws echo",
      turn: () => runPeer<Turn>("echo.ts", { bytes, clients: 2, seconds: 2 }),
    },
    {
      name: "PyTorch DDP, gloo",
      turn: () => runPyTorch<Turn>({ mode: "ddp", layers, batchSize, seconds: 2 }),
    },
  ];
  const turns = await interleave(contestants, rounds, report);
  const [promedio, echo, ddp] = contestants.map(({ name }) => turns(name));
  if (promedio === undefined || echo === undefined || ddp === undefined) return;
  report.figure("coordinator + 2 Node workers", "steps/s", promedio.perSecond, { atLeast: 2000 });
  report.figure("  CPU time of a step, all three processes", "µs", promedio.cpuMicros);
  report.figure(
    `bare ws echo of ${bytes.toLocaleString("en-US")} bytes, 2 clients`,
    "rounds/s",
    echo.perSecond,
  );
  report.figure("  CPU time of a round, all three processes", "µs", echo.cpuMicros);
  report.figure("PyTorch DDP, gloo, 2 processes", "steps/s", ddp.perSecond);
  report.figure("  CPU time of a step, both processes", "µs", ddp.cpuMicros);
  const ofEcho = ratios(promedio.perSecond, echo.perSecond);
  report.figure("steps / echo's rounds", "×", ofEcho, { atLeast: 0.6 });
  report.figure("CPU time of a step / of a round", "×", ratios(promedio.cpuMicros, echo.cpuMicros));
  report.figure("steps / DDP's steps", "×", ratios(promedio.perSecond, ddp.perSecond), {
    atLeast: 4,
  });
}
