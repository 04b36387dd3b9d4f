/** @file The addresses that a worker tries. */
import { describe, expect, test } from "vitest";

import { Doors } from "../../../worker/doors.ts";

/** The next addresses that it tries. */
function tried(doors: Doors, count: number): string[] {
  return Array.from({ length: count }, () => {
    doors.next();
    return doors.httpUrl;
  });
}

describe("the doors of a worker", () => {
  test("are the given one alone, until it learns of others, and then all in a circle", () => {
    const doors = new Doors("http://a:1");
    expect(tried(doors, 2)).toEqual(["http://a:1", "http://a:1"]);
    doors.learn(["http://b:2", "http://a:1", "https://c"]);
    expect(tried(doors, 4)).toEqual(["http://b:2", "https://c", "http://a:1", "http://b:2"]);
  });

  test("keep the given one, and forget one that is gone", () => {
    const doors = new Doors("http://a:1");
    doors.learn(["http://b:2"]);
    expect(tried(doors, 1)).toEqual(["http://b:2"]);
    doors.learn([]);
    expect(doors.httpUrl).toBe("http://b:2");
    expect(tried(doors, 2)).toEqual(["http://a:1", "http://a:1"]);
  });

  test("of a worker that came over https are all https", () => {
    const doors = new Doors("https://a/promedio");
    doors.learn(["http://b:2", "https://c:3"]);
    expect(tried(doors, 2)).toEqual(["https://c:3", "https://a/promedio"]);
    expect(doors.socketUrl).toBe("wss://a/promedio/worker");
  });
});
