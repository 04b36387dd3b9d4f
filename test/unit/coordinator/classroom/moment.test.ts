import { createServer } from "node:http";

import { afterEach, beforeEach, expect, test } from "vitest";

import { MomentKeeper, type MomentSource } from "../../../../coordinator/classroom/moment.ts";
import { momentParametersMax } from "../../../../shared/protocol/limits.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { listenLocally } from "../../../support/processes/local-server.ts";

const config = testConfig({});
let parameters: Float32Array<ArrayBuffer>;
let step: number;
let hasRun: boolean;
let keeper: MomentKeeper;
let url: string;
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  [parameters, step, hasRun] = [Float32Array.of(1, 2, 3), 7, true];
  const run: MomentSource["run"] = {
    get step() {
      return step;
    },
    config,
    encodeParameters: () => new Uint8Array(parameters.buffer),
  };
  keeper = new MomentKeeper(() => (hasRun ? { number: 2, run } : undefined));
  server = createServer((request, response) => {
    if (!keeper.handle(request, response)) response.writeHead(404).end("somebody else's");
  });
  url = await listenLocally(server);
});
afterEach(() => server.close());

test("a moment stays as it was while the run goes on, until another one is taken", async () => {
  expect(keeper.take()).toEqual({ run: 2, step: 7 });
  parameters.fill(9);
  step = 8;
  const answer = await fetch(`${url}/class/parameters`);
  expect([answer.headers.get("promedio-run"), answer.headers.get("promedio-step")]).toEqual([
    "2",
    "7",
  ]);
  expect([...new Float32Array(await answer.arrayBuffer())]).toEqual([1, 2, 3]);
  expect(await (await fetch(`${url}/class/config`)).json()).toEqual(config);
  expect(keeper.take()).toEqual({ run: 2, step: 8 });
  const later = await fetch(`${url}/class/parameters`);
  expect([...new Float32Array(await later.arrayBuffer())]).toEqual([9, 9, 9]);
});

test("without a run there is none, and the last one is gone", async () => {
  keeper.take();
  hasRun = false;
  expect(keeper.take()).toBe(null);
  expect((await fetch(`${url}/class/parameters`)).status).toBe(404);
});

test(`a run of ${momentParametersMax} parameters is kept; of one more it is not`, () => {
  parameters = new Float32Array(momentParametersMax);
  expect(keeper.take()).not.toBe(null);
  parameters = new Float32Array(momentParametersMax + 1);
  expect(keeper.take()).toBe(null);
});

test("other methods and paths are refused, and those of others are left alone", async () => {
  keeper.take();
  expect((await fetch(`${url}/class/parameters`, { method: "POST" })).status).toBe(405);
  expect((await fetch(`${url}/class/names`)).status).toBe(404);
  expect(await (await fetch(`${url}/classes`)).text()).toBe("somebody else's");
});
