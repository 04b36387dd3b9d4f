/** @file Who leads, who follows, and who steps down. */
import { describe, expect, test } from "vitest";

import { clusterAddress } from "../../../../coordinator/cluster/address.ts";
import type { Leader } from "../../../../coordinator/cluster/cluster.ts";
import { afterLook, afterRenewal, highest } from "../../../../coordinator/cluster/decisions.ts";

const own = { id: "own" };
const other: Leader = {
  id: "other",
  url: "http://other:8080",
  run: "run-1",
  checkpoint: null,
  best: null,
  isOver: false,
  term: 5,
};

describe("a leader", () => {
  test.each([
    { what: "leads while it renews", renewal: "renewed", holder: undefined, next: "lead" },
    {
      what: "leads while the engine is down",
      renewal: "unreachable",
      holder: undefined,
      next: "lead",
    },
    {
      what: "takes a lease again that ran out",
      renewal: "lost",
      holder: undefined,
      next: "acquire",
    },
    { what: "steps down for another", renewal: "lost", holder: other, next: "step-down" },
  ] as const)("$what", ({ renewal, holder, next }) => {
    expect(afterRenewal(renewal, own, holder)).toBe(next);
  });
});

describe("a standby", () => {
  const always = { quietMs: Infinity, leaseMs: 10_000, endsWithRun: false, hasFollowed: true };

  test.each([
    { what: "waits while the engine is down", state: undefined, next: "wait" },
    { what: "follows a leader", state: { leader: other, members: [] }, next: "follow" },
    { what: "leads where nobody does", state: { leader: undefined, members: [] }, next: "acquire" },
  ])("$what", ({ state, next }) => {
    expect(afterLook(state, always)).toBe(next);
  });

  test("gives a leader the time of two leases to come back after the engine was down", () => {
    const free = { leader: undefined, members: [] };
    expect(afterLook(free, { ...always, quietMs: 19_999 })).toBe("wait");
    expect(afterLook(free, { ...always, quietMs: 20_000 })).toBe("acquire");
  });

  test("ends with a run that is over only if it was asked to", () => {
    const over = { leader: { ...other, isOver: true }, members: [] };
    expect(afterLook(over, always)).toBe("follow");
    expect(afterLook(over, { ...always, endsWithRun: true })).toBe("end");
  });

  test("waits for the end of the lease of a leader that ended with its run, unless it followed that run", () => {
    const gone = { leader: { ...other, isOver: true, url: "" }, members: [] };
    expect(afterLook(gone, always)).toBe("wait");
    expect(afterLook(gone, { ...always, endsWithRun: true })).toBe("end");
    expect(afterLook(gone, { ...always, endsWithRun: true, hasFollowed: false })).toBe("wait");
  });

  test("remembers the highest term", () => {
    expect(highest(3, { leader: other, members: [] })).toBe(5);
    expect(highest(7, { leader: other, members: [] })).toBe(7);
    expect(highest(7, undefined)).toBe(7);
  });
});

describe("--cluster", () => {
  test.each([
    ["nats://a", ["a:4222"], "promedio"],
    [
      "nats://10.0.0.1,10.0.0.2:4223,host",
      ["10.0.0.1:4222", "10.0.0.2:4223", "host:4222"],
      "promedio",
    ],
    ["tls://[::1]:4444/lab-7", ["[::1]:4444"], "lab-7"],
    ["nats://me:a%40b,c@h1,h2/x", ["h1:4222", "h2:4222"], "x"],
  ])("%s is read", (text, servers, name) => {
    expect(clusterAddress(text)).toMatchObject({ servers, name, isTls: text.startsWith("tls") });
  });

  test("reads a password with any character, those of an address in percent form", () => {
    expect(clusterAddress("nats://me:a%40b,c@h1,h2/x")).toMatchObject({
      user: "me",
      password: "a@b,c",
    });
  });

  test.each([
    "",
    "a",
    "http://a",
    "nats://",
    "nats://a,,b",
    "nats://a/b/c",
    "nats://a b",
    "nats://u:%zz@a",
  ])("%o is refused", (text) => {
    expect(clusterAddress(text)).toBe(undefined);
  });
});
