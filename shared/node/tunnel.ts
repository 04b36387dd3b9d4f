/**
 * @file A connection through a proxy: `CONNECT`, and TLS inside it where the address asks for it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#CONNECT
 */
import { type ClientRequestArgs, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";

import { connectionReason } from "../words/connection-reason.ts";
import { sentence, SentenceError } from "../words/sentence.ts";
import type { Proxy } from "./proxy.ts";

/** How long a proxy may take to reach the other side. */
const tunnelMs = 15_000;

type Created = (error: Error | null, socket: Duplex) => void;

/**
 * Returns what `http.request` and `ws` accept as `createConnection`: it opens a socket to an address through a proxy. The
 * proxy resolves the name. A failure is a `SentenceError` that names the proxy.
 */
export function tunnelTo(target: URL, proxy: Proxy) {
  return (_options: ClientRequestArgs, created: Created): undefined => {
    openTunnel(target, proxy).then(
      (socket) => created(null, socket),
      // After an error the socket is not looked at.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node's type wants one all the same
      (error: Error) => created(error, undefined as unknown as Duplex),
    );
  };
}

async function openTunnel(target: URL, proxy: Proxy): Promise<Duplex> {
  const isSecure = target.protocol === "https:" || target.protocol === "wss:";
  const socket = await connectThrough(target, proxy, isSecure ? 443 : 80);
  if (!isSecure) return socket;
  const host = target.hostname.replace(/^\[|\]$/gu, "");
  return connectTls({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}) });
}

async function connectThrough(target: URL, proxy: Proxy, portDefault: number): Promise<Duplex> {
  const place = `${target.hostname}:${target.port || portDefault}`;
  const name = nameOf(proxy);
  const request = (proxy.isSecure ? requestHttps : requestHttp)({
    host: proxy.host,
    port: proxy.port,
    method: "CONNECT",
    path: place,
    headers: { Host: place, ...proxy.headers },
    agent: false,
  });
  return await new Promise((resolve, reject) => {
    const refuse = (error: SentenceError) => {
      clearTimeout(timer);
      request.destroy();
      reject(error);
    };
    const timer = setTimeout(() => {
      refuse(
        new SentenceError(sentence("proxy-silent", { proxy: name, seconds: tunnelMs / 1000 })),
      );
    }, tunnelMs);
    request.once("connect", ({ statusCode: status = 0 }, socket, head) => {
      if (status !== 200) {
        socket.destroy();
        return refuse(new SentenceError(refusalOf(status, name, place)));
      }
      clearTimeout(timer);
      socket.unshift(head);
      resolve(socket);
    });
    // Later errors are those of a request that has been given up.
    request.on("error", (error) => {
      const reason = connectionReason(error);
      refuse(new SentenceError(sentence("proxy-failed", { proxy: name, reason })));
    });
    request.end();
  });
}

/** What a proxy means that does not connect. */
export function refusalOf(status: number, proxy: string, target: string) {
  return status === 407
    ? sentence("proxy-login-wrong", { proxy, status })
    : sentence("proxy-refused", { proxy, status, target });
}

/** A proxy's address, without its login. */
export function nameOf({ host, port }: Proxy): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
