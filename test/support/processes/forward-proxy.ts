/**
 * @file A proxy on the way out, as a company has one: tunnels by `CONNECT`, and whole requests for http addresses. Every
 * name leads to loopback, so that a test sees who has resolved it.
 */
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { connect } from "node:net";

export interface ForwardProxy {
  readonly server: Server;
  /** What it was asked for: `CONNECT host:port`, `GET http://host/path`. */
  readonly asked: string[];
}

/** @param login - `user:password` that it wants; absent: none. */
export function createForwardProxy(login?: string): ForwardProxy {
  const asked: string[] = [];
  const admits = ({ headers }: IncomingMessage) => {
    const wanted = login === undefined ? undefined : `Basic ${btoa(login)}`;
    return wanted === headers["proxy-authorization"];
  };
  const server = createServer((incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    asked.push(`${method} ${url}`);
    if (!admits(incoming)) {
      outgoing.writeHead(407).end();
      return;
    }
    const { "proxy-authorization": _, ...kept } = headers;
    const { port, pathname, search } = new URL(url);
    const path = `${pathname}${search}`;
    const onward = request({ host: "127.0.0.1", port, path, method, headers: kept, agent: false });
    onward.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on("error", () => outgoing.destroy());
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.on("connect", (incoming: IncomingMessage, client, head) => {
    const { url = "" } = incoming;
    asked.push(`CONNECT ${url}`);
    client.on("error", () => client.destroy());
    if (!admits(incoming)) {
      client.end("HTTP/1.1 407 Login\r\n\r\n");
      return;
    }
    const onward = connect(Number(url.slice(url.lastIndexOf(":") + 1)), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connected\r\n\r\n");
      onward.write(head);
      onward.pipe(client).pipe(onward);
    });
    onward.on("error", () => client.end("HTTP/1.1 502 Nobody\r\n\r\n"));
    onward.on("close", () => client.destroy());
  });
  return { server, asked };
}
