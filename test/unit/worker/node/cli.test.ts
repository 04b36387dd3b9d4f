import { describe, expect, test } from "vitest";

import { parseJoinUrl } from "../../../../worker/join-url.ts";
import { resolveWorkerOptions } from "../../../../worker/node/cli.ts";

describe("parseJoinUrl", () => {
  test.each([
    [
      "http://192.168.1.5:8080/join#token=Zk3",
      "http://192.168.1.5:8080",
      "ws://192.168.1.5:8080/worker",
      "Zk3",
    ],
    [
      "https://train.example.org/join#token=a.b_c~-",
      "https://train.example.org",
      "wss://train.example.org/worker",
      "a.b_c~-",
    ],
    [
      "https://example.org/lab/promedio/join#token=t",
      "https://example.org/lab/promedio",
      "wss://example.org/lab/promedio/worker",
      "t",
    ],
    [
      "https://example.org/promedio/",
      "https://example.org/promedio",
      "wss://example.org/promedio/worker",
      undefined,
    ],
    ["ws://host:1", "http://host:1", "ws://host:1/worker", undefined],
    ["wss://host:1/worker#token=t", "https://host:1", "wss://host:1/worker", "t"],
    ["http://host/", "http://host", "ws://host/worker", undefined],
    ["host:9", "http://host:9", "ws://host:9/worker", undefined],
    ["localhost:8080/join#token=t", "http://localhost:8080", "ws://localhost:8080/worker", "t"],
    ["10.0.0.7", "http://10.0.0.7:8080", "ws://10.0.0.7:8080/worker", undefined],
    ["host#token=t", "http://host:8080", "ws://host:8080/worker", "t"],
    ["[::1]:90/join#token=t", "http://[::1]:90", "ws://[::1]:90/worker", "t"],
    ["[fe80::12]", "http://[fe80::12]:8080", "ws://[fe80::12]:8080/worker", undefined],
    ["  http://host:1/join#  ", "http://host:1", "ws://host:1/worker", undefined],
  ])("%s", (text, httpUrl, socketUrl, token) => {
    expect(parseJoinUrl(text)).toEqual({ httpUrl, socketUrl, token });
  });

  const advice = "is not a join URL; copy it from the coordinator: http://host:port/join#token=…";
  const tokenAdvice =
    "is not a join URL; its part after # must be token=… as the coordinator printed it";
  test.each([
    ["", `"" ${advice}`],
    ["ftp://host:1", `ftp://host:1 ${advice}`],
    ["http://", `http:// ${advice}`],
    ["host:99999", `host:99999 ${advice}`],
    ["http://host:1/other", `http://host:1/other ${advice}`],
    ["http://me:secret@host:1", `http://…@host:1 ${advice}`],
    ["http://host:1/join?token=secret", `http://host:1/join?… ${advice}`],
    ["http://host:1/join#secret", `http://host:1/join#… ${tokenAdvice}`],
    ["http://host:1/join#token=", `http://host:1/join#… ${tokenAdvice}`],
    ["http://host:1/join#token=a b", `http://host:1/join#… ${tokenAdvice}`],
    ["a\nb:1:2", `a\\nb:1:2 ${advice}`],
  ])("%j is refused in one line, without its secrets", (text, line) => {
    expect(() => parseJoinUrl(text)).toThrow(
      expect.objectContaining({ name: "OperatorError", message: line }),
    );
  });
});

describe("resolveWorkerOptions", () => {
  const machine = { hostname: "lab-7", coreCount: 6 };
  const given = {
    url: "host:1#token=t",
    threads: 1,
    name: undefined,
    joinToken: undefined,
  } as const;

  test("takes the host's name and, with auto, its 6 cores", () => {
    expect(resolveWorkerOptions({ ...given, threads: "auto" }, machine)).toEqual({
      httpUrl: "http://host:1",
      socketUrl: "ws://host:1/worker",
      token: "t",
      threads: 6,
      name: "lab-7",
    });
  });

  test("the URL's token beats the other; without either, it is empty", () => {
    const options = resolveWorkerOptions({ ...given, joinToken: "other" }, machine);
    expect(options.token).toBe("t");
    const bare = { ...given, url: "host:1" };
    expect(resolveWorkerOptions({ ...bare, joinToken: "other" }, machine).token).toBe("other");
    expect(resolveWorkerOptions(bare, machine).token).toBe("");
  });

  test("a host's name of 60 characters is cut to the protocol's 40", () => {
    const long = resolveWorkerOptions(given, { hostname: "h".repeat(60), coreCount: 1 });
    expect(long.name).toBe("h".repeat(40));
    expect(resolveWorkerOptions(given, { hostname: "", coreCount: 1 }).name).toBe("worker");
  });
});
