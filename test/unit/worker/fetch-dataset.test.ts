import { createServer, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";

import { afterEach, describe, expect, test } from "vitest";

import { encodeDataset } from "../../../shared/data/canonical.ts";
import { createFetchDataset } from "../../../worker/fetch-dataset.ts";
import { tinyDataset } from "../../support/fixtures/tiny-dataset.ts";
import { listenLocally } from "../../support/processes/local-server.ts";

const { bytes, dataset } = encodeDataset(tinyDataset());
const identity = { name: "tiny", sha256: dataset.sha256 };
const servers: ReturnType<typeof createServer>[] = [];

afterEach(() => {
  for (const server of servers) server.close();
});

/** A server that answers every request like this. Returns the requests it got. */
async function serve(answer: (response: ServerResponse) => void) {
  const requests: { url: string | undefined; token: unknown }[] = [];
  const server = createServer(({ url, headers: { "promedio-token": token } }, response) => {
    requests.push({ url, token });
    answer(response);
  });
  servers.push(server);
  const httpUrl = await listenLocally(server);
  return { requests, load: createFetchDataset({ httpUrl, token: "secret" }) };
}

describe("the download of a dataset", () => {
  test("sends the token in a header, reports progress, and decodes the data", async () => {
    const { requests, load } = await serve((response) => {
      response.setHeader("content-encoding", "gzip");
      response.end(gzipSync(bytes));
    });
    const progress: number[] = [];
    const found = await load("/data/x", identity, (received) => progress.push(received));
    expect(found).toEqual(dataset);
    expect(progress.at(-1)).toBe(bytes.length);
    expect(requests).toEqual([{ url: "/data/x", token: "secret" }]);
  });

  test("accepts the data with and without an announced length", async () => {
    for (const isSized of [true, false]) {
      const { load } = await serve((response) => {
        if (isSized) response.setHeader("content-length", bytes.length);
        response.write(bytes);
        response.end();
      });
      expect(await load("/data/x", identity, () => {})).toEqual(dataset);
    }
  });

  test("refuses bytes with one bit flipped, because their SHA-256 differs", async () => {
    const wrong = bytes.slice();
    wrong[wrong.length - 1]! ^= 1;
    const { load } = await serve((response) => response.end(wrong));
    await expect(load("/data/x", identity, () => {})).rejects.toThrow(/SHA-256/u);
  });

  test("reports the status of a failed request", async () => {
    const { load } = await serve((response) => response.writeHead(404).end("no such dataset"));
    await expect(load("/data/x", identity, () => {})).rejects.toThrow(/404/u);
  });

  test("never asks another host, whatever path the coordinator names", async () => {
    const { requests, load } = await serve((response) => response.end(bytes));
    for (const path of ["//example.com/data", "http://example.com/", "@example.com/", ""]) {
      await expect(load(path, identity, () => {})).rejects.toThrow(/is not a dataset's path/u);
    }
    expect(requests).toEqual([]);
  });
});
