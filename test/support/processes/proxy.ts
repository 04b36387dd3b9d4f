/** @file A reverse proxy in front of a coordinator, with one flaw in how it handles WebSockets. */
import { createServer, type IncomingMessage, request, type Server } from "node:http";

/** `refuses` answers an upgrade with 400; `strips` passes it on as a plain request, as nginx does by default. */
export type ProxyFlaw = "refuses" | "strips";

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
  return server;
}

function pass(target: string, { url = "/", method = "GET", headers }: IncomingMessage) {
  const { host } = new URL(target);
  const { connection: _, upgrade: __, ...kept } = headers;
  return request(new URL(url, target), { method, headers: { ...kept, host } }).end();
}
