/** @file Which answers a page of another site may read: those of a coordinator that admits the site. */
import { expect, test } from "vitest";

import { Access } from "../../../../coordinator/edge/access.ts";
import { closeAfterEach, get, start, statusOf, talk } from "./server-fixture.ts";

closeAfterEach();

const blog = "https://blog.example.org";
const access = new Access({
  joinToken: "join-token",
  adminToken: "admin-token",
  hosts: [],
  origins: [blog],
});
const fieldOf = (answer: string, name: string) =>
  new RegExp(`^${name}: (.*)\r$`, "mu").exec(answer)?.[1];
function question(origin: string): string {
  const fields = [`Origin: ${origin}`, "Access-Control-Request-Method: GET"];
  return get("/members", ...fields).replace("GET", "OPTIONS");
}

test("an admitted site may read answers and refusals, and others may not", async () => {
  const port = await start({ access });
  for (const [origin, allowed] of [
    [blog, blog],
    ["https://blog.example.org.evil.test", undefined],
    ["https://evil.test", undefined],
    ["null", undefined],
  ] as const) {
    for (const path of ["/page", "/members", "/nowhere", "/socket"]) {
      // oxlint-disable-next-line no-await-in-loop -- 16 requests
      const answer = await talk(port, get(path, `Origin: ${origin}`));
      expect(fieldOf(answer, "Access-Control-Allow-Origin")).toBe(allowed);
      expect(answer).not.toContain("Allow-Credentials");
    }
  }
});

test("an admitted site may ask to send a token, which is still needed; others get no permission", async () => {
  const port = await start({ access });
  const permission = await talk(port, question(blog));
  expect(statusOf(permission)).toBe(204);
  expect(fieldOf(permission, "Access-Control-Allow-Headers")).toContain("promedio-token");
  expect(statusOf(await talk(port, question("https://evil.test")))).toBe(401);
  expect(statusOf(await talk(port, get("/members", `Origin: ${blog}`)))).toBe(401);
  const shown = get("/members", `Origin: ${blog}`, "Promedio-Token: join-token");
  expect(statusOf(await talk(port, shown))).toBe(200);
});
