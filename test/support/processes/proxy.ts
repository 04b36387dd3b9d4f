/** @file A reverse proxy in front of a coordinator, with one flaw in how it handles WebSockets. */
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

/**
 * `refuses` answers an upgrade with 400; `strips` passes it on as a plain request, as nginx does by default; `renames`
 * passes it on, and like the others it names the coordinator's address as the host that was asked for.
 */
export type ProxyFlaw = "refuses" | "strips" | "renames";

/** Starts to listen only when the caller does. */
export function createProxy(target: string, flaw: ProxyFlaw): Server {
  const server = createServer((incoming, outgoing) => {
    const passed = pass(target, incoming);
    passed.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.writeHead(502).end());
  });
  // Without a listener, Node treats an upgrade as a plain request.
  if (flaw === "refuses") {
    server.on("upgrade", (_, socket) => {
      socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
  }
  if (flaw === "renames")
    server.on("upgrade", (incoming, socket) => join(target, incoming, socket));
  return server;
}

/** Asks the coordinator for the same upgrade, and joins the two sockets. */
function join(target: string, { url = "/", headers }: IncomingMessage, client: Duplex): void {
  const { hostname, port, host } = new URL(target);
  const server = connect(Number(port), hostname, () => {
    const fields = Object.entries({ ...headers, host }).map(
      ([name, value]) => `${name}: ${String(value)}`,
    );
    server.write([`GET ${url} HTTP/1.1`, ...fields, "", ""].join("\r\n"));
    server.pipe(client).pipe(server);
  });
  for (const each of [server, client]) each.on("error", () => each.destroy());
}

function pass(target: string, { url = "/", method = "GET", headers }: IncomingMessage) {
  const { host } = new URL(target);
  const { connection: _, upgrade: __, ...kept } = headers;
  return request(new URL(url, target), { method, headers: { ...kept, host } }).end();
}
