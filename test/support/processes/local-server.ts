/** @file HTTP servers on free loopback ports, for tests. */
import type { Server } from "node:http";

/** Starts listening; returns `http://127.0.0.1:port`. */
export async function listenLocally(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  return `http://127.0.0.1:${address.port}`;
}
