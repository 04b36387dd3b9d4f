/** @file What a reverse proxy changes: paths and addresses. */
import type { IncomingMessage } from "node:http";

import { describe, expect, test } from "vitest";

import { clientOf, lacksSlash, withoutBase } from "../../../../coordinator/edge/proxy.ts";

test.each([
  ["/promedio/join?a", "/promedio", "/join?a"],
  ["/promedio/", "/promedio", "/"],
  ["/promedio", "/promedio", "/promedio"],
  ["/promedios/join", "/promedio", "/promedios/join"],
  ["/join", "/promedio", "/join"],
  ["/promedio/promedio/join", "/promedio", "/promedio/join"],
  ["/promedio/join", "", "/promedio/join"],
])("%s under %j is %s", (url, base, bare) => {
  expect(withoutBase(url, base)).toBe(bare);
});

test("only the base itself lacks its slash", () => {
  expect(lacksSlash("/promedio?a", "/promedio")).toBe(true);
  expect(lacksSlash("/promedio/", "/promedio")).toBe(false);
  expect(lacksSlash("", "")).toBe(false);
});

describe("the client's address", () => {
  test.each([
    ["10.0.0.7", "10.0.0.7"],
    ["6.6.6.6, 10.0.0.7", "10.0.0.7"],
    ["6.6.6.6,2001:db8::1", "2001:db8::1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["unknown", "127.0.0.1"],
    ["10.0.0.7, ", "127.0.0.1"],
    [undefined, "127.0.0.1"],
  ])("of a trusted proxy that says %j is %s", (forwarded, address) => {
    expect(clientOf(from(forwarded), true)).toBe(address);
  });

  test("is the peer's own unless the proxy is trusted", () => {
    expect(clientOf(from("10.0.0.7"), false)).toBe("127.0.0.1");
  });
});

function from(forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of a request is read
  return { headers, socket: { remoteAddress: "::ffff:127.0.0.1" } } as unknown as IncomingMessage;
}
