/** @file The set-up that end-to-end tests share: each test gets its own cluster. */
import { afterEach, beforeEach } from "vitest";

import { Cluster } from "./cluster.ts";

/**
 * Gives each test of a file its own cluster, and stops it afterwards. Later `afterEach` hooks of the file run before
 * that.
 *
 * @param use - Receives it.
 */
export function eachWithCluster(use: (cluster: Cluster) => unknown): void {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await Cluster.create();
    use(cluster);
  });
  afterEach(async () => await cluster.stop());
}
