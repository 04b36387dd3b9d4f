import { describe, expect, test } from "vitest";

import { Quota } from "../../../../../coordinator/edge/limits/quota.ts";
import { RateLimit } from "../../../../../coordinator/edge/limits/rate-limit.ts";
import { known } from "../../../../../shared/assert.ts";

describe("Places", () => {
  test("hold 3 in all and 2 for one address; the 4th and the 3rd find none", () => {
    const places = new Quota({ inAll: 3, perAddress: 2 });
    expect(places.take("a")).toBeDefined();
    expect(places.take("a")).toBeDefined();
    expect(places.take("a")).toBe(undefined);
    expect(places.take("b")).toBeDefined();
    expect(places.take("c")).toBe(undefined);
    expect(places.taken).toBe(3);
  });

  test("a place given back twice is one place, and can be taken again", () => {
    const places = new Quota({ inAll: 1, perAddress: 1 });
    const release = known(places.take("a"), "a free place");
    release();
    release();
    expect(places.taken).toBe(0);
    expect(places.take("b")).toBeDefined();
    expect(places.take("a")).toBe(undefined);
  });

  test("count the 2^64 addresses of one IPv6 host as one, and IPv4 addresses one by one in either spelling", () => {
    const places = new Quota({ inAll: 10, perAddress: 2 });
    const first = known(places.take("2001:db8::1"), "a free place");
    expect(places.take("2001:db8::ffff:0:0:1")).toBeDefined();
    expect(places.take("2001:db8::dead:beef:0:2")).toBe(undefined);
    expect(places.take("2001:db8:0:1::1")).toBeDefined();
    first();
    expect(places.take("2001:db8::3")).toBeDefined();
    expect(places.take("10.0.0.1")).toBeDefined();
    expect(places.take("::ffff:10.0.0.1")).toBeDefined();
    expect(places.take("10.0.0.1")).toBe(undefined);
    expect(places.take("10.0.0.2")).toBeDefined();
  });

  test("10,000 addresses that came and went leave nothing behind", () => {
    const places = new Quota({ inAll: 1, perAddress: 1 });
    for (let i = 0; i < 10_000; i++) known(places.take(`address ${i}`), "a free place")();
    expect(places.taken).toBe(0);
  });
});

describe("RateLimit", () => {
  test("allows a burst of 5, then 2 per second", () => {
    const limit = new RateLimit({ perSecond: 2, burst: 5 }, 0);
    const taken = (nowMs: number, tries: number) =>
      Array.from({ length: tries }, () => limit.take(nowMs)).filter(Boolean).length;
    expect(taken(0, 20)).toBe(5);
    expect(taken(499, 20)).toBe(0);
    expect(taken(1_000, 20)).toBe(2);
    expect(taken(3_600_000, 20)).toBe(5);
  });

  test("what is given back can be taken again, and never adds to the burst", () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1 }, 0);
    for (let i = 0; i < 100; i++) {
      expect(limit.take(0)).toBe(true);
      limit.giveBack();
    }
    limit.giveBack();
    expect([limit.take(0), limit.take(0)]).toEqual([true, false]);
  });

  test("a clock that goes backwards neither adds nor removes tokens", () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1 }, 1_000);
    expect(limit.take(0)).toBe(true);
    expect(limit.take(0)).toBe(false);
  });
});
