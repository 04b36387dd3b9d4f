/** @file A run that waits for a number of workers counts those behind relays, whenever a relay tells of them. */
import { expect, test } from "vitest";

import { sayAtTerminal } from "../../../../shared/words/sentence.ts";
import { rightBytes } from "../../../support/attacks/right-messages.ts";
import { type Peer, Stage, stageConfig } from "../run/stage-fixture.ts";

function createStage(minWorkers: number) {
  const stage = new Stage({ config: stageConfig(1), minWorkers });
  const { run } = stage.start();
  const join = (name: string, kind: "node" | "relay"): Peer => {
    const peer = stage.connect();
    peer.deliver(rightBytes("hello", stage.knowledgeOf(), { name, kind }));
    return peer;
  };
  const waitingFor = () => {
    const said = run.waitingFor(0);
    return said === null ? null : sayAtTerminal(said);
  };
  return { join, waitingFor };
}

function tells(relay: Peer, workers: number): void {
  relay.say({ type: "crew", workers, relays: 0, branches: [] });
}

test("a run for 4 begins with a worker and a relay that comes with 3", () => {
  const { join, waitingFor } = createStage(4);
  join("ana", "node").getReady();
  expect(waitingFor()).toBe("waiting for 3 more workers");
  const relay = join("room", "relay");
  tells(relay, 3);
  expect(waitingFor()).toBe("waiting for 3 more workers");
  relay.getReady();
  expect(waitingFor()).toBeNull();
  expect(relay.answers.length).toBeGreaterThan(0);
});

test("and with a relay to which they come later; a relay that has said nothing counts as one", () => {
  const { join, waitingFor } = createStage(4);
  join("ana", "node").getReady();
  const relay = join("room", "relay");
  relay.getReady();
  expect(waitingFor()).toBe("waiting for 2 more workers");
  tells(relay, 2);
  expect(waitingFor()).toBe("waiting for 1 more worker");
  expect(relay.answers).toEqual([]);
  tells(relay, 3);
  expect(relay.answers.length).toBeGreaterThan(0);
});

test("what a worker that is no relay tells counts for nothing", () => {
  const { join, waitingFor } = createStage(3);
  const liar = join("ana", "node");
  liar.getReady();
  tells(liar, 30);
  expect(waitingFor()).toBe("waiting for 2 more workers");
});
