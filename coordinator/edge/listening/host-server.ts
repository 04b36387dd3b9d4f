/**
 * @file A server that belongs to the program around us: we take the requests and upgrades below one path of it, and leave
 * everything else, its limits and its end to that program.
 */
import { type IncomingMessage, type Server, ServerResponse } from "node:http";
import { Server as TcpServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";

import { assert } from "../../../shared/assert.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { sentence } from "../../../shared/words/sentence.ts";
import { createDoor, type DoorOptions, type RunningServer } from "../server.ts";
import { pathOf } from "../upgrades.ts";

/** A Node server that listens on TCP, http or https. */
export type HostServer = Server;

/**
 * @param given - What a program passed as its server.
 * @throws OperatorError for anything else than a server for HTTP that listens on a port.
 */
export function hostServerOf(given: unknown): HostServer {
  // An Express or Fastify app is not a server itself, although it holds one.
  if (!(given instanceof TcpServer) || !("requestTimeout" in given)) {
    throw new OperatorError(sentence("not-a-server"));
  }
  if (typeof given.address() !== "object" || given.address() === null) {
    throw new OperatorError(sentence("server-not-listening"));
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both servers for HTTP have this property, others have not
  return given as HostServer;
}

/**
 * Takes what is below a path from now on. The server's own listeners stay, and see the rest: a listener of ours beside
 * them could not keep `ws` and other libraries from refusing upgrades that they don't know.
 *
 * @param options.proxy.basePath - The path, as `/training`; requests for it alone get their slash.
 */
export function mount(
  server: HostServer,
  options: DoorOptions & { readonly proxy: { readonly basePath: string } },
): RunningServer {
  const { basePath } = options.proxy;
  const door = createDoor(options);
  const answers = new Set<ServerResponse>();
  const isOurs = (request: IncomingMessage) => {
    const path = pathOf(request);
    return path === basePath || path.startsWith(`${basePath}/`);
  };
  const listeners: Listeners = {
    request(request, response) {
      if (!isOurs(request)) return false;
      answers.add(response);
      response.once("close", () => answers.delete(response));
      door.request(request, response);
      return true;
    },
    upgrade(request, socket, head) {
      if (isOurs(request)) {
        door.upgrade(request, socket, head);
        return true;
      }
      if (server.listenerCount("upgrade") > 1) return false;
      return ignoreUpgrade(server, request, socket);
    },
  };
  const stop = intercept(server, listeners);
  const { address, port } = addressOf(server);
  return {
    address,
    port,
    reloadCertificate() {},
    async close() {
      stop();
      await door.close();
      for (const response of answers) response.destroy();
    },
  };
}

interface Listeners {
  /** Whether it has taken the request. */
  readonly request: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Whether it has taken the upgrade. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
}

/** Asks `listeners` before the server's own ones. Returns a function that ends this. */
function intercept(server: HostServer, listeners: Listeners): () => void {
  const own = Object.getOwnPropertyDescriptor(server, "emit");
  const emit: unknown = Reflect.get(server, "emit");
  assert(typeof emit === "function", "a server that emits");
  let isOpen = true;
  const asking = (event: string, ...args: [IncomingMessage, never, never]): boolean => {
    const [request, other, head] = args;
    if (isOpen) {
      const isRequest = event === "request" || event === "checkContinue";
      if (isRequest && listeners.request(request, other)) return true;
      if (event === "upgrade" && listeners.upgrade(request, other, head)) return true;
    }
    return Reflect.apply(emit, server, [event, ...args]);
  };
  Object.assign(server, { emit: asking });
  server.on("upgrade", wanted);
  return () => {
    isOpen = false;
    server.off("upgrade", wanted);
    // If somebody has put something around it meanwhile, it stays, and passes everything on.
    if (!Object.is(Reflect.get(server, "emit"), asking)) return;
    if (own === undefined) Reflect.deleteProperty(server, "emit");
    else Object.defineProperty(server, "emit", own);
  };
}

/** Without a listener, Node takes an upgrade for a request. This one only changes that. */
function wanted(): void {}

/** The upgrade of a server that has nothing to upgrade to is a request, as it is to Node without a listener. */
function ignoreUpgrade(server: HostServer, request: IncomingMessage, socket: Duplex): boolean {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a server that listens on TCP it is one
  response.assignSocket(socket as Socket);
  response.once("finish", () => socket.end());
  socket.on("error", () => socket.destroy());
  return server.emit("request", request, response);
}

function addressOf(server: HostServer): { readonly address: string; readonly port: number } {
  const found = server.address();
  if (found === null || typeof found === "string") {
    throw new OperatorError(sentence("server-not-listening"));
  }
  return found;
}
