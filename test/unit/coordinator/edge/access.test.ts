import type { IncomingMessage } from "node:http";

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { Access, tokenIn, sameSecret } from "../../../../coordinator/edge/access.ts";
import { countProperties } from "../../../support/fixtures/count-properties.ts";

countProperties("tokens");

const access = new Access({
  joinToken: "join-token",
  adminToken: "admin-token",
  hosts: ["Lab-7", "lab-7.local"],
  origins: ["https://train.example.org", "http://two.example:8000"],
  isCertified: (host) => host === "certified.example",
});

/** One that was resumed, from `access` or from the one given, with tokens of its own. */
function resumed(number: number, from: Access = access): Access {
  const tokens = { joinToken: `join-${number}`, adminToken: `admin-${number}` };
  // As it is read from the disk.
  const former = JSON.parse(JSON.stringify(from.handedOver)) as typeof from.handedOver;
  return new Access({ ...tokens, former, hosts: [], origins: [] });
}

/** The parts of a request that `Access` reads. */
function requestWith(headers: IncomingMessage["headers"]): IncomingMessage {
  const { host } = headers;
  const headersDistinct = host === undefined ? {} : { host: [host] };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { headers, headersDistinct } as unknown as IncomingMessage;
}

function bearer(token: string): IncomingMessage {
  return requestWith({ authorization: `Bearer ${token}` });
}

function allows(origin: string | undefined, host = "10.0.0.9:8080"): boolean {
  return access.allowsOrigin(requestWith(origin === undefined ? { host } : { origin, host }));
}

describe("roleOf", () => {
  test("knows the two tokens and nothing else", () => {
    expect(access.roleOf("join-token")).toBe("viewer");
    expect(access.roleOf("admin-token")).toBe("operator");
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (token) => {
        expect(access.roleOf(token)).toBe(undefined);
      }),
    );
    for (const token of ["", "join-toke", "join-token ", "Join-token", "join-token\0"]) {
      expect(access.roleOf(token)).toBe(undefined);
    }
  });

  test("of an open coordinator makes everybody a viewer, and only the admin token an operator", () => {
    const open = new Access({ joinToken: null, adminToken: "admin-token", hosts: [], origins: [] });
    expect(open.roleOf("")).toBe("viewer");
    expect(open.roleOf("anything")).toBe("viewer");
    expect(open.roleOf("admin-token")).toBe("operator");
  });
});

describe("allows", () => {
  test("an operator may do what a viewer may, not vice versa", () => {
    expect(access.allows(bearer("join-token"), "viewer")).toBe(true);
    expect(access.allows(bearer("admin-token"), "viewer")).toBe(true);
    expect(access.allows(bearer("admin-token"), "operator")).toBe(true);
    expect(access.allows(bearer("join-token"), "operator")).toBe(false);
    expect(access.allows(requestWith({}), "viewer")).toBe(false);
  });

  test("reads `Bearer` in any case and only a single token", () => {
    expect(tokenIn(requestWith({ authorization: "bearer a.b_c~d-E" }))).toBe("a.b_c~d-E");
    for (const authorization of [
      "Basic abc",
      "Bearer",
      "Bearer a b",
      `Bearer ${"x".repeat(201)}`,
      "Bearer ä",
    ]) {
      expect(tokenIn(requestWith({ authorization }))).toBe("");
    }
  });
});

describe("sameSecret", () => {
  test("is equality of texts up to 200 characters", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.string({ maxLength: 200 }), (a, b) => {
        expect(sameSecret(a, b)).toBe(a === b);
        expect(sameSecret(a, a)).toBe(true);
      }),
    );
    expect(sameSecret("x".repeat(201), "x".repeat(201))).toBe(false);
  });

  test("compares a text that ends in half a surrogate by its encoded bytes, without throwing", () => {
    expect(sameSecret("\uD800", "token")).toBe(false);
  });
});

describe("the tokens of earlier processes", () => {
  test("prove their roles beside the new ones, through 3 lives, and no digest does", () => {
    const third = resumed(3, resumed(2));
    for (const token of ["join-token", "join-2", "join-3"]) {
      expect(third.roleOf(token)).toBe("viewer");
    }
    for (const token of ["admin-token", "admin-2", "admin-3"]) {
      expect(third.roleOf(token)).toBe("operator");
    }
    const { join, admin, salt } = third.handedOver;
    expect([join.length, admin.length]).toEqual([3, 3]);
    for (const text of [...join, ...admin, salt, ""]) expect(third.roleOf(text)).toBe(undefined);
    expect(JSON.stringify(third.handedOver)).not.toMatch(/join-|admin-/u);
  });

  test("are at most 100 for each role, the newest", () => {
    let last = access;
    for (let number = 0; number < 120; number++) last = resumed(number, last);
    expect(last.handedOver.join).toHaveLength(100);
    expect(last.roleOf("join-token")).toBe(undefined);
    expect(last.roleOf("admin-18")).toBe(undefined);
    expect(last.roleOf("admin-19")).toBe("operator");
  });

  test("differ between two runs with the same token", () => {
    const [first, second] = [1, 1].map(
      () => new Access({ joinToken: "same", adminToken: "other", hosts: [], origins: [] }),
    );
    expect(first!.handedOver.join).not.toEqual(second!.handedOver.join);
  });
});

describe("knowsHost", () => {
  test.each([
    "127.0.0.1",
    "127.0.0.1:80",
    "10.0.0.9:8080",
    "[::1]",
    "[::1]:8080",
    "[fe80::1]:1",
    "localhost",
    "LOCALHOST:8080",
    "lab-7",
    "LAB-7:8080",
    "lab-7.local",
    "lab-7.local.:80",
    "train.example.org",
    "two.example:1",
    "certified.example:443",
  ])("accepts %s", (host) => {
    expect(access.knowsHost(requestWith({ host }))).toBe(true);
  });

  test.each([
    "evil.example",
    "evil.example:8080",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "lab-7.evil.example",
    "",
    " ",
    "a b",
    "127.0.0.1:99999999",
    "[::1",
    "user@localhost",
    "localhost/",
    "127.1",
    "0x7f000001",
    "[evil]",
  ])("refuses '%s'", (host) => {
    expect(access.knowsHost(requestWith({ host }))).toBe(false);
  });

  test("refuses a request without one", () => {
    expect(access.knowsHost(requestWith({}))).toBe(false);
  });
});

describe("allowsOrigin", () => {
  test("accepts the page's own origin, allowed ones, and programs, which have none", () => {
    expect(allows("http://10.0.0.9:8080")).toBe(true);
    expect(allows("http://lab-7:8080", "LAB-7:8080")).toBe(true);
    expect(allows("https://train.example.org")).toBe(true);
    expect(allows("http://two.example:8000")).toBe(true);
    expect(allows(undefined)).toBe(true);
  });

  test("refuses 7 others", () => {
    const others = ["null", "", "http://10.0.0.9", "http://10.0.0.9:81", "https://evil.example"];
    for (const origin of [...others, "https://two.example:8000", "http://train.example.org"]) {
      expect(allows(origin)).toBe(false);
    }
  });
});
