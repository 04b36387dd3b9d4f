/**
 * @file A room of light clients in one process, for benches with more workers than one machine could run as
 * processes. They share one engine that really computes: a room of 250 costs one worker's computing and 250
 * sockets.
 *
 * Argument: JSON of `RoomArguments`. Sends its parent `{ joined }` once all clients have joined, and answers every
 * message with a `RoomState`.
 */
import { createHash } from "node:crypto";

import { bytesOf } from "../../../shared/bytes.ts";
import { createEngine, type Engine } from "../../../shared/engine/engine.ts";
import { instantiateKernel } from "../../../shared/kernels/kernel.ts";
import { kindAsked } from "../../../shared/protocol/rounds.ts";
import { createFetchDataset } from "../../../worker/fetch-dataset.ts";
import { loadKernelWasm } from "../../support/fixtures/kernel-wasm.ts";
import { type Answers, LightClient } from "../tools/light-client.ts";

export interface RoomArguments {
  readonly url: string;
  readonly clients: number;
  /** The address to connect from. */
  readonly localAddress: string;
  /** Whether they compute, or join and are never ready. */
  readonly computes: boolean;
}

export interface RoomState {
  /** Open sockets. */
  readonly open: number;
  /** Clients that have answered at least one block. */
  readonly helped: number;
}

/** Concurrent hellos, because there are few places for strangers. */
const atOnce = 40;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `load.ts`
const {
  url,
  clients: count,
  localAddress,
  computes,
} = JSON.parse(process.argv[2] ?? "") as RoomArguments;
const answers = computes ? computing() : undefined;
const clients: LightClient[] = [];
process.on("disconnect", () => process.exit());
process.on("message", () => process.send?.(stateNow()));
for (let first = 0; first < count; first += atOnce) {
  const some = Array.from({ length: Math.min(atOnce, count - first) }, () => {
    return new LightClient(url, { localAddress, ...(answers === undefined ? {} : { answers }) });
  });
  clients.push(...some);
  await Promise.all(some.map(({ welcomed }) => welcomed));
}
process.send?.({ joined: clients.length });

function stateNow(): RoomState {
  return {
    open: clients.filter(({ isOpen }) => isOpen).length,
    helped: clients.filter(({ answered }) => answered > 0).length,
  };
}

/** One engine for all clients: it uses the first parameters of a step that arrive. */
function computing(): Answers {
  let loaded: Promise<Engine> | undefined;
  let engine: Engine | undefined;
  let point = "";
  return {
    async prepare(run) {
      loaded ??= load(run);
      engine = await loaded;
    },
    compute(work, [start, end], parameters) {
      if (engine === undefined) throw new Error("work before ready");
      const { step } = work;
      if (point !== `${work.type} ${step}`) engine.setParameters(parameters);
      point = `${work.type} ${step}`;
      const kind = kindAsked(work);
      const { lossSum, correct, values } = engine.compute({ kind, step, block: { start, end } });
      return { lossSum, correct, values: bytesOf(values).slice() };
    },
  };
}

async function load({ config, dataset: path }: Parameters<Answers["prepare"]>[0]): Promise<Engine> {
  const fetchDataset = createFetchDataset({ httpUrl: url, token: "", sha256 });
  const dataset = await fetchDataset(path, config.dataset, () => {});
  return createEngine({ kernel: instantiateKernel(await loadKernelWasm()), config, dataset });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
