import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from "node:http";
import { buffer } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { gunzipSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createDataRoute } from "../../../../coordinator/edge/data-route.ts";
import { acceptsGzip, namesTag, parseRange } from "../../../../coordinator/edge/http-fields.ts";
import { known } from "../../../../shared/assert.ts";
import { listenLocally } from "../../../support/processes/local-server.ts";

/** 1 MB that compresses, and 8 MB that doesn't. */
const bytes = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i % 7 === 0 ? i : 0));
const noise = createNoise(8 * 2 ** 20);
const sha256 = createHash("sha256").update(bytes).digest("hex");
const noiseSha256 = createHash("sha256").update(noise).digest("hex");
const path = `/data/${sha256}`;

const route = createDataRoute(() => false);
const nearRoute = createDataRoute();
let latest: ServerResponse | undefined;
const server = createServer((request, response) => {
  latest = response;
  const isNear = request.url?.endsWith("?near") === true;
  if (!(isNear ? nearRoute : route).handle(request, response)) response.writeHead(501).end();
});
beforeAll(async () => {
  await Promise.all([
    route.add({ bytes }, sha256),
    route.add({ bytes: noise }, noiseSha256),
    nearRoute.add({ bytes }, sha256),
  ]);
  await listenLocally(server);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function createNoise(length: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let i = 0; i * 64 < length; i++) parts.push(createHash("sha512").update(String(i)).digest());
  return Buffer.concat(parts, length);
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

async function ask(
  headers: Record<string, string> = {},
  { at = path, method = "GET" }: { readonly at?: string; readonly method?: string } = {},
): Promise<Answer> {
  const response = await open(headers, { at, method });
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
}

function open(
  headers: Record<string, string>,
  { at, method }: { readonly at: string; readonly method: string },
): Promise<IncomingMessage> {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return new Promise((resolve, reject) => {
    const request = openRequest({
      host: "127.0.0.1",
      port,
      path: at,
      method,
      headers,
      agent: false,
    });
    request.on("response", resolve).on("error", reject).end();
  });
}

describe("GET /data/<sha256>", () => {
  test("returns 1,000,000 bytes with a length, a strong tag and a year of caching", async () => {
    const { status, headers, body } = await ask();
    expect(status).toBe(200);
    expect(body.equals(bytes)).toBe(true);
    expect(headers).toMatchObject({
      "content-length": "1000000",
      "content-type": "application/octet-stream",
      etag: `"${sha256}"`,
      "cache-control": "private, max-age=31536000, immutable",
      vary: "Accept-Encoding, Origin",
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
    });
    expect(headers["content-encoding"]).toBeUndefined();
  });

  test("returns fewer bytes as gzip, with a different tag", async () => {
    const { headers, body } = await ask({ "accept-encoding": "br, gzip;q=0.5" });
    expect(headers).toMatchObject({
      "content-encoding": "gzip",
      "content-length": String(body.length),
      etag: `"${sha256}-gzip"`,
      vary: "Accept-Encoding, Origin",
    });
    expect(body.length).toBeLessThan(bytes.length);
    expect(gunzipSync(body).equals(bytes)).toBe(true);
  });

  test("never returns more bytes as gzip than there are", async () => {
    const { headers, body } = await ask(
      { "accept-encoding": "gzip" },
      { at: `/data/${noiseSha256}?x` },
    );
    expect(headers["content-encoding"]).toBeUndefined();
    expect(body.equals(noise)).toBe(true);
  });

  test("answers HEAD with the headers of GET and 0 bytes", async () => {
    const { status, headers, body } = await ask({}, { at: path, method: "HEAD" });
    expect({ status, length: headers["content-length"] }).toEqual({
      status: 200,
      length: "1000000",
    });
    expect(body).toHaveLength(0);
  });

  test("answers 304 to the tag of the form that it would send, and to no other", async () => {
    const own = await ask({ "if-none-match": `"x", W/"${sha256}"` });
    expect({ status: own.status, length: own.body.length }).toEqual({ status: 304, length: 0 });
    expect(own.headers.etag).toBe(`"${sha256}"`);
    expect((await ask({ "if-none-match": `"${sha256}-gzip"` })).status).toBe(200);
    const gzip = { "if-none-match": `"${sha256}-gzip"`, "accept-encoding": "gzip" };
    expect((await ask(gzip)).status).toBe(304);
  });

  const ranges: [string, number, number][] = [
    ["bytes=0-0", 0, 1],
    ["bytes=999990-", 999_990, 1_000_000],
    ["bytes=-10", 999_990, 1_000_000],
    ["bytes=5-2000000", 5, 1_000_000],
  ];
  test.each(ranges)(
    "answers %s with 206 and the bytes [%i, %i), not as gzip",
    async (range, start, end) => {
      const { status, headers, body } = await ask({ range, "accept-encoding": "gzip" });
      expect(status).toBe(206);
      expect(headers["content-range"]).toBe(`bytes ${start}-${end - 1}/1000000`);
      expect(headers["content-length"]).toBe(String(end - start));
      expect(headers["content-encoding"]).toBeUndefined();
      expect(headers.etag).toBe(`"${sha256}"`);
      expect(body.equals(bytes.subarray(start, end))).toBe(true);
    },
  );

  test.each(["bytes=1000000-", "bytes=-0"])("answers %s with 416 and the length", async (range) => {
    const { status, headers } = await ask({ range });
    expect(status).toBe(416);
    expect(headers["content-range"]).toBe("bytes */1000000");
    expect(headers["cache-control"]).toBe("no-store");
  });

  test.each(["bytes=1-2,4-5", "bytes=5-2", "items=0-1", "bytes=-"])(
    "answers %s with the whole body",
    async (range) => {
      const { status, body } = await ask({ range });
      expect({ status, length: body.length }).toEqual({ status: 200, length: 1_000_000 });
    },
  );

  test("answers a range with the whole body if If-Range names 1 other tag", async () => {
    const range = "bytes=0-9";
    expect((await ask({ range, "if-range": `"${sha256}"` })).status).toBe(206);
    expect((await ask({ range, "if-range": `"${sha256}-gzip"` })).status).toBe(200);
    expect((await ask({ range, "if-range": `W/"${sha256}"` })).status).toBe(200);
  });

  test("answers 404 to an unknown hash and 405 to POST, and leaves /other alone", async () => {
    expect((await ask({}, { at: `/data/${"0".repeat(64)}` })).status).toBe(404);
    const post = await ask({}, { at: path, method: "POST" });
    expect({ status: post.status, allow: post.headers.allow }).toEqual({
      status: 405,
      allow: "GET, HEAD",
    });
    expect((await ask({}, { at: "/other" })).status).toBe(501);
  });

  test("holds at most 1 MB of 8 for a client that reads nothing, and frees it when the client leaves", async () => {
    const received = await open({}, { at: `/data/${noiseSha256}`, method: "GET" });
    const response = known(latest, "a response that is under way");
    for (let turn = 0; turn < 100; turn++) await setImmediate();
    expect(response.writableFinished).toBe(false);
    expect(response.writableLength).toBeLessThan(2 ** 20);
    const closed = once(response, "close");
    received.destroy();
    await closed;
    expect(response.writableFinished).toBe(false);
  });
});

describe("http fields", () => {
  const encodings: [string | undefined, boolean][] = [
    [undefined, false],
    ["", false],
    ["gzip", true],
    ["deflate, GZIP", true],
    ["x-gzip", true],
    ["*", true],
    ["gzip;q=0", false],
    ["gzip; q=0.0, *", false],
    ["br, *;q=0", false],
    ["gzip;q=maybe", false],
  ];
  test.each(encodings)("Accept-Encoding: %s allows gzip: %s", (field, expected) => {
    expect(acceptsGzip(field)).toBe(expected);
  });

  test("If-None-Match: * names every one of 1 tag", () => {
    expect(namesTag("*", '"a"')).toBe(true);
    expect(namesTag('"ab"', '"a"')).toBe(false);
  });

  test("a suffix longer than 3 bytes is all 3", () => {
    expect(parseRange("bytes=-10", 3)).toEqual({ start: 0, end: 3 });
  });
});

test("on this machine nothing is compressed, because unpacking takes longer than the transfer; behind a proxy it is", async () => {
  const at = `${path}?near`;
  const near = await ask({ "accept-encoding": "gzip" }, { at });
  expect(near.headers["content-encoding"]).toBeUndefined();
  expect(near.body.length).toBe(bytes.length);
  const forwarded = { "accept-encoding": "gzip", "x-forwarded-for": "192.0.2.7" };
  expect((await ask(forwarded, { at })).headers["content-encoding"]).toBe("gzip");
});

describe("a dataset that only its compressed form is left of", () => {
  const shelved: Uint8Array[] = [];
  const shelving = createDataRoute(() => true, 0);
  const host = createServer((request, response) => void shelving.handle(request, response));
  let url = "";

  beforeAll(async () => {
    url = await listenLocally(host);
    await shelving.add({ bytes, shelve: (packed) => void shelved.push(packed) }, sha256);
  });
  afterAll(() => void host.close());

  test("is put away when nobody asks for it", async () => {
    await expect.poll(() => shelved.length).toBe(1);
  });

  test("is unpacked for clients that take no other, whole or in part, with the same tag", async () => {
    const headers = { "accept-encoding": "identity" };
    const whole = await fetch(url + path, { headers });
    expect(whole.headers.get("etag")).toBe(`"${sha256}"`);
    expect(whole.headers.get("content-length")).toBe(String(bytes.length));
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    for (const [start, end] of [
      [0, 1],
      [300_000, 700_001],
      [999_999, 1_000_000],
    ] as const) {
      const range = `bytes=${start}-${end - 1}`;
      // oxlint-disable-next-line no-await-in-loop -- three requests
      const part = await fetch(url + path, { headers: { ...headers, range } });
      expect(part.status).toBe(206);
      // oxlint-disable-next-line no-await-in-loop
      const body = Buffer.from(await part.arrayBuffer());
      expect(body.equals(bytes.subarray(start, end))).toBe(true);
    }
  });

  test("is sent as it is to this machine's own workers, and put away once", async () => {
    const answer = await fetch(url + path);
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect(shelved).toHaveLength(1);
    expect(gunzipSync(shelved[0]!).equals(bytes)).toBe(true);
  });
});
