/** @file HTTP servers on free loopback ports, for tests. */
import { createServer } from "node:http";
import type { Server } from "node:net";
import { join } from "node:path";

import { createPages } from "../../../coordinator/edge/pages.ts";

/** Where the build puts the pages. */
export const pagesFolder = join(import.meta.dirname, "../../../build/pages");

/** A server with the product's pages, and no coordinator behind them. It does not listen yet. */
export function createPageServer(): Server {
  const pages = createPages(pagesFolder);
  return createServer((request, response) => {
    if (!pages.handle(request, response)) response.writeHead(404).end();
  });
}

/** Starts listening; returns `http://127.0.0.1:port`. */
export async function listenLocally(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  return `http://127.0.0.1:${address.port}`;
}

/** A port that nothing listened on a moment ago, for programs that must have the same one twice. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const { port } = new URL(await listenLocally(server));
  await new Promise((resolve) => server.close(resolve));
  return Number(port);
}
