/** The join page in a real headless Firefox: another engine, the same bits. */
import { afterEach, describe, expect, test } from "vitest";

import { findFirefox, type Firefox, openFirefox } from "../support/browser/firefox.ts";
import type { Cluster } from "../support/processes/cluster.ts";
import { eachWithCluster } from "../support/processes/each-with-cluster.ts";

const path = findFirefox();
const args = ["--exit", "--dataset", "digits:600,100", "--batch-size", "20", "--shard-size", "5"];
const run = [...args, "--epochs", "5"];

let cluster: Cluster;
let firefox: Firefox | undefined;

eachWithCluster((fresh) => (cluster = fresh));
afterEach(async () => {
  await firefox?.stop();
});

describe.skipIf(path === undefined)("Firefox", () => {
  // A Firefox with a new profile takes some seconds to start, more on a busy machine.
  test(
    "joins, trains alone, and reaches the fingerprint of a Node worker",
    { timeout: 60_000 },
    async () => {
      const coordinator = cluster.coordinator(...run);
      const { joinUrl } = await coordinator.event("listening");
      firefox = await openFirefox(path!, String(joinUrl));
      const joined = await coordinator.event("worker", ({ change }) => change === "joined");
      expect(joined).toMatchObject({
        kind: "browser",
        name: expect.stringMatching(/^Firefox, /u),
      });
      const { fingerprint } = await coordinator.event("finished");
      const node = cluster.coordinator("--local-workers", "1", ...run);
      expect(fingerprint).toBe((await node.event("finished"))["fingerprint"]);
    },
  );
});
