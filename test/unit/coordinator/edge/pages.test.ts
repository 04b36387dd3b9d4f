import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createPages } from "../../../../coordinator/edge/pages.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import { listenLocally } from "../../../support/processes/local-server.ts";

const files = [
  "index.html",
  "dashboard.js",
  "dashboard.css",
  "learn.html",
  "learn.js",
  "learn-thread.js",
  "class.js",
  "learn-code.json",
  "learn.css",
  "join.html",
  "first.js",
  "join.js",
  "join.css",
  "drawing.js",
  "lesson.js",
  "host.js",
  "library.js",
  "kernel.wasm",
];
let folder = "";
let url = "";
const server = createServer((request, response) => {
  if (!pages.handle(request, response)) response.writeHead(404).end();
});
let pages: ReturnType<typeof createPages>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "promedio-pages-"));
  await mkdir(join(folder, "pages"));
  const placeOf = (file: string) => join(folder, file === "kernel.wasm" ? "" : "pages", file);
  await Promise.all(files.map((file) => writeFile(placeOf(file), `this is ${file}`)));
  pages = createPages(join(folder, "pages"));
  url = await listenLocally(server);
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

describe("the pages", () => {
  test("/, /learn and /join are the pages, and a query changes nothing", async () => {
    expect(await (await fetch(`${url}/`)).text()).toBe("this is index.html");
    expect(await (await fetch(`${url}/learn`)).text()).toBe("this is learn.html");
    expect(await (await fetch(`${url}/join?x=1`)).text()).toBe("this is join.html");
  });

  test("are sent compressed, from 4,096 bytes on, to those that accept it", async () => {
    const script = "let x = 1;\n".repeat(1_000);
    await writeFile(join(folder, "pages", "host.js"), script);
    pages = createPages(join(folder, "pages"));
    const sizeWith = (encoding: string) =>
      new Promise<[string | undefined, string | undefined]>((resolve) => {
        get(`${url}/host.js`, { headers: { "accept-encoding": encoding } }, (response) => {
          response.resume();
          const { "content-encoding": packed, "content-length": length } = response.headers;
          resolve([packed, length]);
        });
      });
    expect(await sizeWith("identity")).toEqual([undefined, `${script.length}`]);
    const [packed, length] = await sizeWith("gzip, br");
    expect(packed).toBe("gzip");
    expect(Number(length)).toBeLessThan(script.length / 20);
    const answer = await fetch(`${url}/host.js`);
    expect(await answer.text()).toBe(script);
    expect((await fetch(`${url}/join.js`)).headers.get("content-encoding")).toBeNull();
  });

  test("all 15 files have their type and the security headers", async () => {
    const types: string[] = [];
    for (const path of [
      "/",
      "/learn",
      "/join",
      ...files.filter((file) => !file.endsWith(".html")).map((f) => `/${f}`),
    ]) {
      const { headers, status } = await fetch(url + path);
      expect(status).toBe(200);
      expect(headers.get("content-security-policy")).toMatch(
        /script-src 'self' 'wasm-unsafe-eval';/u,
      );
      expect(headers.get("content-security-policy")).not.toMatch(/unsafe-inline|'unsafe-eval'/u);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
      types.push(headers.get("content-type")?.split(";")[0] ?? "");
    }
    expect(new Set(types)).toEqual(
      new Set(["text/html", "text/javascript", "text/css", "application/wasm", "application/json"]),
    );
  });

  test("a browser that does not trust the connection gets no isolation headers, about which it would complain", async () => {
    // Unlike `fetch`, this sends no Sec-Fetch-Mode, as browsers do for http://192.0.2.1.
    const response = await new Promise<IncomingMessage>((resolve) => get(`${url}/join`, resolve));
    response.resume();
    expect(response.headers["cross-origin-opener-policy"]).toBeUndefined();
    expect(response.headers["cross-origin-embedder-policy"]).toBe("require-corp");
  });

  test("answers 304 to the tag it gave, 405 to POST, an empty body to HEAD", async () => {
    const tag = (await fetch(`${url}/join.js`)).headers.get("etag") ?? "";
    const again = await fetch(`${url}/join.js`, { headers: { "if-none-match": tag } });
    expect(again.status).toBe(304);
    const other = await fetch(`${url}/join.js`, { headers: { "if-none-match": '"x"' } });
    expect(other.status).toBe(200);
    expect((await fetch(`${url}/join`, { method: "POST" })).status).toBe(405);
    expect(await (await fetch(`${url}/join`, { method: "HEAD" })).text()).toBe("");
  });

  test("leaves every other path alone, including files of the folder under their own names", async () => {
    for (const path of [
      "/index.html",
      "/join/",
      "/../package.json",
      "/constructor",
      "//",
      "/data/x",
    ]) {
      expect((await fetch(url + path)).status).toBe(404);
    }
  });

  test("a folder without a page is for the operator to fix: run the build", () => {
    expect(() => createPages(join(folder, "nowhere"))).toThrow(OperatorError);
    expect(() => createPages(join(folder, "nowhere"))).toThrow(/npm run build/u);
  });
});
