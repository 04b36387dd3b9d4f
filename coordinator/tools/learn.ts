/** @file `promedio learn`: serves the page `/learn` to this machine, and nothing else. */
import { join } from "node:path";

import { sayAtTerminal, sentence } from "../../shared/words/sentence.ts";
import { Access } from "../edge/access.ts";
import { createPages } from "../edge/pages.ts";
import { listen } from "../edge/server.ts";
import type { LearnCommand } from "../options.ts";

/** The page, its scripts, and the kernel that they fetch. */
const prefixes = ["/learn", "/kernel.wasm"];
/** Nobody else has to reach it, so nobody else can. */
const host = "127.0.0.1";

export interface LearnWorld {
  /** The build's folder. */
  readonly build: string;
  readonly write: (text: string) => void;
  /** Resolves when the person ends the program. */
  readonly interrupted: Promise<unknown>;
}

/**
 * Serves the page until the program is interrupted.
 *
 * @returns The exit code.
 * @throws OperatorError if the port is taken, or the pages have not been built.
 */
export async function runLearn({ port }: LearnCommand, world: LearnWorld): Promise<number> {
  const pages = createPages(join(world.build, "pages"));
  const server = await listen({
    host,
    port,
    certificate: undefined,
    // There is nothing here that a token would open.
    access: new Access({ joinToken: null, adminToken: "", hosts: ["localhost"], origins: [] }),
    routes: prefixes.map((prefix) => ({
      prefix,
      role: "anybody",
      handle: (request, response) => pages.handle(request, response),
    })),
    entrances: new Map(),
    refused: () => {
      // A request that is none of the page's gets its answer; there is no log here.
    },
  });
  const url = `http://${host}:${server.port}/learn`;
  world.write(`${sayAtTerminal(sentence("learn-at", { url }))}\n`);
  await world.interrupted;
  await server.close();
  return 0;
}
