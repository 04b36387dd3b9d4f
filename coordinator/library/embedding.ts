/** @file A coordinator inside another program's server: what is asked of that server and of the settings. */
import type * as Library from "../../library-types.d.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { type HostServer, hostServerOf } from "../edge/listening/host-server.ts";

/** Settings of a server of our own. */
const ofOwnServer = ["host", "port", "tlsCert", "tlsKey"];

/**
 * @param given - With its `server`.
 * @returns The server; `undefined` if none is given.
 * @throws OperatorError if it is none, does not listen, or the settings do not go with it.
 */
export function hostServerIn(given: Library.Settings & Library.Embedding): HostServer | undefined {
  if (given.server === undefined) return undefined;
  const server = hostServerOf(given.server);
  for (const setting of ofOwnServer) {
    if (given[setting] === undefined) continue;
    throw new OperatorError(sentence("setting-of-server", { setting }));
  }
  if (pathOf(given) === "/") throw new OperatorError(sentence("server-needs-path"));
  return server;
}

function pathOf({ basePath, joinUrl }: Library.Settings): string {
  if (typeof basePath === "string") return basePath;
  return typeof joinUrl === "string" && URL.canParse(joinUrl) ? new URL(joinUrl).pathname : "/";
}
