/**
 * @file What a bad peer does over time and with many sockets: floods, silence, crowds. It only ends its own socket
 * (invariant 5). What it can send on one socket is in `matrix.test.ts`.
 */
import { describe, expect, test } from "vitest";

import { closeStatus } from "../../../../shared/protocol/errors.ts";
import {
  helloTimeoutMs,
  messageBytesMax,
  messageRate,
  offencesMax,
  pingIntervalMs,
  queuedBytesMax,
  silenceMaxMs,
  workersMax,
  workersPerAddressMax,
} from "../../../../shared/protocol/limits.ts";
import { Random } from "../../../../shared/random.ts";
import { quoted } from "../../../../shared/words/sentence.ts";
import { messageAttacks, wrongResults } from "../../../support/attacks/message-attacks.ts";
import { rightBytes } from "../../../support/attacks/right-messages.ts";
import { Stage, stageConfig } from "../run/stage-fixture.ts";

const parameterCount = (12 + 1) * 5 + (5 + 1) * 3;
const config = stageConfig(3);

/** @param minWorkers - With fewer workers the run never starts, so there is nothing to answer. */
function createStage(minWorkers = 1_000): Stage {
  const stage = new Stage({ config, minWorkers });
  stage.start();
  return stage;
}

describe("before hello", () => {
  test("a wrong token gets one error, and no event has it or the right one in it", () => {
    const stage = createStage();
    const tokens = messageAttacks(new Random(1)).find(({ name }) => name === "a wrong token");
    for (const attack of tokens?.cases ?? []) {
      const peer = stage.connect();
      for (const what of attack.sends(stage.knowledgeOf())) peer.deliver(what);
      expect([peer.status, peer.isAdmitted]).toEqual([closeStatus.ERR_TOKEN, false]);
      expect(peer.heard).toHaveLength(1);
    }
    expect(stage.events).toHaveLength(7);
    expect(JSON.stringify(stage.events)).not.toMatch(/join-tok|oin-token|xxx/iu);
  });

  test(`silence of ${helloTimeoutMs} ms closes the socket`, () => {
    const stage = createStage();
    const peer = stage.connect();
    stage.clock.nowMs = helloTimeoutMs;
    stage.coordinator.tick();
    expect(peer.status).toBe(undefined);
    stage.clock.nowMs += 1;
    stage.coordinator.tick();
    expect(peer.status).toBe(closeStatus.ERR_TIMEOUT);
  });
});

const stale = (stage: Stage) => rightBytes("gradient", stage.knowledgeOf());

describe("a flood", () => {
  test(`that used up its burst gains ${messageRate.perSecond} per second, and no more`, () => {
    const stage = createStage();
    const peer = stage.join("mallory");
    for (let i = 1; i < messageRate.burst; i++) peer.deliver(stale(stage));
    stage.clock.nowMs += 1_000;
    for (let i = 0; i < messageRate.perSecond; i++) peer.deliver(stale(stage));
    expect(peer.status).toBe(undefined);
    peer.deliver(stale(stage));
    expect(peer.status).toBe(closeStatus.ERR_RATE);
  });

  test(`of ${messageRate.perSecond} per second for a minute is not a flood`, () => {
    const stage = createStage();
    const peer = stage.join("mallory");
    for (let i = 0; i < 60 * messageRate.perSecond; i++) {
      stage.clock.nowMs += 1000 / messageRate.perSecond;
      peer.deliver(stale(stage));
    }
    expect(peer.status).toBe(undefined);
  });
});

describe("a worker of a run that has started", () => {
  test(`is warned of ${offencesMax - 1} results, each wrong in another way, and closed at the next with ERR_OFFENCES`, () => {
    const stage = createStage(1);
    const peer = stage.join("mallory");
    peer.getReady();
    const offences = wrongResults.filter(({ leavesBlock }) => leavesBlock).slice(0, offencesMax);
    for (const [i, attack] of offences.entries()) {
      expect([stage.warnings.length, peer.status]).toEqual([i, undefined]);
      for (const what of attack.sends(stage.knowledgeOf(peer.answers[0]))) peer.deliver(what);
    }
    expect([stage.warnings.length, peer.status]).toEqual([
      offencesMax - 1,
      closeStatus.ERR_OFFENCES,
    ]);
  });

  test(`that does not read gets no work once ${queuedBytesMax(parameterCount)} bytes wait for it`, () => {
    const room = queuedBytesMax(parameterCount) - 4 * parameterCount;
    for (const [queuedBytes, isGiven] of [
      [room, true],
      [room + 1, false],
    ] as const) {
      const peer = createStage(1).join("mallory");
      peer.queuedBytes = queuedBytes;
      peer.getReady();
      expect([peer.answers.length > 0, peer.status]).toEqual([isGiven, undefined]);
    }
  });

  test("may send one message as large as the run's model needs, and no larger one", () => {
    const stage = new Stage({ config });
    expect(stage.coordinator.messageBytesMax()).toBe(messageBytesMax(0));
    stage.start();
    expect(stage.coordinator.messageBytesMax()).toBe(messageBytesMax(parameterCount));
  });

  test(`is pinged every ${pingIntervalMs} ms while it answers, and cut after ${silenceMaxMs} ms of silence`, () => {
    const { coordinator, clock, peer } = begin();
    for (let i = 1; i <= 10; i++) {
      clock.nowMs = i * pingIntervalMs;
      coordinator.tick();
      expect(peer.pings).toBe(i);
      peer.deliver("pong");
    }
    clock.nowMs += pingIntervalMs;
    coordinator.tick();
    clock.nowMs += silenceMaxMs - pingIntervalMs;
    coordinator.tick();
    expect([peer.status, peer.pings]).toEqual([undefined, 11]);
    clock.nowMs += 1;
    coordinator.tick();
    expect(peer.status).toBe(1006);
  });

  test("is not declared silent if it was the coordinator that was blocked: it is pinged first, and gets its time", () => {
    const { coordinator, clock, peer } = begin();
    clock.nowMs = 10 * silenceMaxMs;
    coordinator.tick();
    clock.nowMs += silenceMaxMs - pingIntervalMs;
    coordinator.tick();
    expect([peer.status, peer.pings]).toEqual([undefined, 1]);
    peer.deliver("pong");
    clock.nowMs += 1;
    coordinator.tick();
    expect([peer.status, peer.pings]).toEqual([undefined, 2]);
  });
});

/** A stage with one worker that is ready. */
function begin() {
  const stage = createStage(1);
  const peer = stage.join("mallory");
  peer.getReady();
  const { coordinator, clock } = stage;
  return { coordinator, clock, peer };
}

describe("places for workers", () => {
  test(`are ${workersPerAddressMax} for one address, or one IPv6 network; one more gets ERR_FULL, until one leaves`, () => {
    for (const addressOf of [
      () => "10.0.0.9",
      (i: number) => `2001:db8:0:7:${i.toString(16)}::1`,
    ] as const) {
      const stage = createStage();
      const peers = Array.from({ length: workersPerAddressMax }, (_, i) =>
        stage.connect(addressOf(i)),
      );
      expect(new Set(peers.map(({ status }) => status))).toEqual(new Set([undefined]));
      const more = stage.connect(addressOf(9_999));
      expect(more.status).toBe(closeStatus.ERR_FULL);
      more.handler.closed(quoted("closed"));
      expect(stage.connect("10.0.0.10").status).toBe(undefined);
      peers[0]!.handler.closed(quoted("gone"));
      expect(stage.connect(addressOf(0)).status).toBe(undefined);
      expect(stage.connect(addressOf(0)).status).toBe(closeStatus.ERR_FULL);
    }
  });

  test(`are ${workersMax} in total; one more from a new address gets ERR_FULL, and is not read`, () => {
    const stage = createStage();
    for (let i = 0; i < workersMax; i++) stage.connect(`10.0.${i % 200}.1`);
    const more = stage.join("mallory", { address: "10.1.0.1" });
    expect([more.status, more.isAdmitted]).toEqual([closeStatus.ERR_FULL, false]);
  });
});

test("a second socket of one session closes the first with ERR_REPLACED, and further messages of the first are ignored", () => {
  const stage = createStage();
  const first = stage.join("mallory");
  const second = stage.join("mallory", { session: "session-0" });
  expect([first.status, second.status]).toEqual([closeStatus.ERR_REPLACED, undefined]);
  const told = stage.events.length;
  first.say({ type: "leave", reason: quoted("bye") });
  first.handler.closed(quoted("closed"));
  expect([stage.events.length, second.status]).toEqual([told, undefined]);
});
