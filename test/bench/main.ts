/**
 * @file `npm run bench` measures everything; `npm run bench -- step throughput` some of it. Prints tables and
 * writes figures with their conditions to `results/`. `LOG.md` records what was tried and why.
 */
import { benchAccuracy } from "./accuracy.ts";
import { benchAudit } from "./audit.ts";
import { benchBrowser } from "./browser.ts";
import { benchCharts } from "./charts.ts";
import { benchJoin } from "./join.ts";
import { benchKernel } from "./kernel.ts";
import { benchLayers } from "./kernels/layers.ts";
import { benchNetworks } from "./kernels/networks.ts";
import { benchPlacement } from "./large/placement.ts";
import { benchDelay } from "./learning/delay.ts";
import { benchLocalSteps } from "./learning/local-steps.ts";
import { benchPresets } from "./learning/presets.ts";
import { benchTables } from "./learning/tables.ts";
import { benchWire } from "./learning/wire.ts";
import { benchCutThrough } from "./links/cut-through.ts";
import { benchLinks } from "./links/links.ts";
import { benchPageStart } from "./links/page-start.ts";
import { benchRelays } from "./links/relays.ts";
import { benchSharedLink } from "./links/shared-link.ts";
import { benchSlowLink } from "./links/slow-link.ts";
import { benchLoad } from "./load.ts";
import { benchMemory } from "./memory.ts";
import { benchClassroom } from "./pages/classroom.ts";
import { benchLearn } from "./pages/learn.ts";
import { benchTensorFlowJs } from "./pages/tensorflow-js.ts";
import { benchFailover } from "./peers/failover.ts";
import { benchScale } from "./scale.ts";
import { benchStep } from "./step.ts";
import { benchStraggler } from "./straggler.ts";
import { benchLarge, benchThroughput } from "./throughput.ts";
import { print, Report } from "./tools/report.ts";
import { benchTree } from "./tree.ts";
import { benchWatchers } from "./watchers.ts";

const benches: Readonly<Record<string, (report: Report) => Promise<void>>> = {
  kernel: benchKernel,
  layers: benchLayers,
  networks: benchNetworks,
  step: benchStep,
  throughput: benchThroughput,
  large: benchLarge,
  placement: benchPlacement,
  accuracy: benchAccuracy,
  tree: benchTree,
  memory: benchMemory,
  audit: benchAudit,
  browser: benchBrowser,
  "tensorflow-js": benchTensorFlowJs,
  scale: benchScale,
  straggler: benchStraggler,
  watchers: benchWatchers,
  charts: benchCharts,
  learn: benchLearn,
  classroom: benchClassroom,
  join: benchJoin,
  load: benchLoad,
  failover: benchFailover,
  "shared-link": benchSharedLink,
  "page-start": benchPageStart,
  links: benchLinks,
  "slow-link": benchSlowLink,
  "local-steps": benchLocalSteps,
  relays: benchRelays,
  "cut-through": benchCutThrough,
  tables: benchTables,
  presets: benchPresets,
  wire: benchWire,
  delay: benchDelay,
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benches);
const unknown = names.filter((name) => !(name in benches));
if (unknown.length > 0) {
  print(`bench: unknown ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}`);
  process.exitCode = 1;
} else {
  let running: string | undefined;
  process.once("exit", (code) => {
    if (running !== undefined) print(`bench: ${running} ended before its last figure (${code})`);
  });
  for (const name of names) {
    running = name;
    const report = new Report(name);
    // oxlint-disable-next-line no-await-in-loop -- two benches at once would measure each other
    await benches[name]?.(report);
    // oxlint-disable-next-line no-await-in-loop
    await report.write();
    running = undefined;
  }
}
