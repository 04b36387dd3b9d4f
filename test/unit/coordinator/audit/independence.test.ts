/**
 * @file Under quorum a second opinion comes from another subnet if there is one: from the address of a socket, to
 * the worker that is given a block, and the one that is asked if an opinion is missing. `crew.test.ts` tests what
 * two workers of one subnet count for.
 */
import { describe, expect, test } from "vitest";

import { Dispatch } from "../../../../coordinator/dispatch/dispatch.ts";
import { openRound, type OpenRound } from "../../../../coordinator/dispatch/round.ts";
import { SpeedEstimate } from "../../../../coordinator/dispatch/speed.ts";
import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { expectedFingerprint, type Peer, Stage, stageConfig } from "../run/stage-fixture.ts";

const leafCount = 8;
const config = testConfig({ batchSize: leafCount, shardSize: 1 });
const plan = {
  trainCount: leafCount,
  validationCount: 0,
  testCount: 1,
  stepsPerEpoch: 1,
  totalSteps: 1,
};

/** Workers of these subnets by name, and the blocks that each was given. */
class Office {
  readonly given = new Map<string, string[]>();
  readonly dispatch: Dispatch;

  constructor(networks: Readonly<Record<string, string>>) {
    this.dispatch = new Dispatch({
      run: "r",
      config,
      plan,
      isTwice: true,
      isKnown: () => false,
      send: (id, header) => {
        const blocks = "blocks" in header ? header.blocks : [];
        this.given.set(id, [...(this.given.get(id) ?? []), ...blocks.map((block) => block.join())]);
        return true;
      },
    });
    for (const [id, network] of Object.entries(networks)) this.add(id, network);
  }

  add(id: string, subnet: string, speed = new SpeedEstimate(1_000)): void {
    this.dispatch.crew.add({ id, name: id, subnet, speed });
  }

  /** The blocks that were given to all of these. */
  common(first: string, ...others: readonly string[]): string[] {
    const blocks = this.given.get(first) ?? [];
    return blocks.filter((block) => others.every((id) => this.given.get(id)?.includes(block)));
  }
}

function round(): OpenRound {
  const tensor = new Uint8Array(0);
  return openRound({ kind: "gradient", step: 0, leafCount, openedMs: 0, tensor });
}

describe("dispatch", () => {
  test("never gives a block to the two workers of one subnet while there is a third elsewhere, but does otherwise", () => {
    const office = new Office({ a: "here", b: "here", c: "there" });
    office.dispatch.handOutAll(round(), 0);
    expect(office.common("a", "b")).toEqual([]);
    expect(office.common("a", "c")).not.toEqual([]);
    expect(office.common("b", "c")).not.toEqual([]);
    const alone = new Office({ a: "here", b: "here" });
    alone.dispatch.handOutAll(round(), 0);
    expect(alone.common("a", "b").length).toBeGreaterThan(1);
  });

  test("asks a busy newcomer of another subnet before an idle veteran of the first worker's subnet", () => {
    const office = new Office({ first: "here" });
    const { dispatch } = office;
    const open = round();
    const block = { start: 0, end: 1 };
    open.holdings.assign("first", [block], 1, 0);
    open.holdings.answer("first", block, 1);
    const proven = new SpeedEstimate(1_000);
    proven.observe({ elapsedMs: 2, computeMs: 1, samples: 1 });
    office.add("old hand", "here", proven);
    office.add("newcomer", "there");
    open.holdings.assign("newcomer", [{ start: 1, end: 2 }], 1, 0);
    const who = { firstId: "first", exceptId: undefined };
    expect(dispatch.askAnother(open, block, who, 0)).toBe(true);
    expect(Object.fromEntries(office.given)).toEqual({ newcomer: ["0,1"] });
  });
});

describe("a coordinator under quorum", () => {
  test.each([
    ["one IPv4 address", "10.0.0.1", "10.0.0.1", "10.0.0.2"],
    ["one IPv6 network", "2001:db8:0:7::1", "2001:db8:0:7:beef::2", "2001:db8:0:8::1"],
  ])("never has two workers of %s confirm each other", (_, one, twin, elsewhere) => {
    const run = stageConfig(3);
    const stage = new Stage({ config: run, audit: "quorum", minWorkers: 3 });
    const { store } = stage.start();
    const addresses = { one, twin, elsewhere };
    const peers = Object.entries(addresses).map(([name, address]) => stage.join(name, { address }));
    for (const peer of peers) peer.getReady();
    while (peers.map((peer) => peer.answerAll()).includes(true));
    const [ofOne = [], ofTwin = [], ofOther = []] = peers.map(askedOf);
    expect(ofOne.filter((block) => ofTwin.includes(block))).toEqual([]);
    // The third worker computed every block of theirs too.
    expect([...ofOne, ...ofTwin].filter((block) => !ofOther.includes(block))).toEqual([]);
    expect(Math.min(ofOne.length, ofTwin.length)).toBeGreaterThan(5);
    expect(fingerprintOf(store.parameters)).toBe(expectedFingerprint(run));
  });
});

/** All blocks that a peer was asked for, with their kind. */
function askedOf({ heard }: Peer): string[] {
  return heard.flatMap((one) => {
    if (one.type !== "work" && one.type !== "evaluate") return [];
    return one.blocks.map((block) => `${one.type} ${one.step} ${block.join()}`);
  });
}
