/** @file The transport of a Node worker: wraps the `ws` client in the `Transport` contract. */
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";

import { WebSocket } from "ws";

import { ReusedBytes } from "../../shared/bytes.ts";
import { type Environment, proxyFor } from "../../shared/node/proxy.ts";
import { tunnelTo } from "../../shared/node/tunnel.ts";
import { messageBytesMax, parametersMax } from "../../shared/protocol/limits.ts";
import { connectionReason, isCutOff } from "../../shared/words/connection-reason.ts";
import { quoted, type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Closure, Connect } from "../platform.ts";

/** How long a port may take to show that it speaks TLS. */
const probeMs = 2_000;
/** How long the other side may take to answer a close before the socket is destroyed. */
const closeGraceMs = 1_000;

/**
 * Connects directly, or through the proxy that the environment names.
 *
 * @param env - Absent: none is named.
 *
 * @throws OperatorError if the environment's proxy is none.
 */
export function createConnect(socketUrl: string, env: Environment = {}): Connect {
  const url = new URL(socketUrl);
  const proxy = proxyFor(url, env);
  return (events) => {
    const socket = new WebSocket(socketUrl, {
      perMessageDeflate: false,
      maxPayload: messageBytesMax(parametersMax),
      // Masks keep a script in a browser from forging requests that old proxies misread. No foreign script runs
      // here, and `ws` skips the masking of every byte if the mask is zero.
      generateMask: (mask) => void mask.fill(0),
      ...(proxy === undefined ? {} : { createConnection: tunnelTo(url, proxy) }),
    });
    // Keep the fragments: joining them would copy all parameters once more.
    socket.binaryType = "fragments";
    let failure: Sentence | null = null;
    let isSuspicious = false;
    const explain = async (closure: Closure) => {
      const isTls = await speaksTls(url);
      const reason = sentence("connection-failed", { reason: sentence("speaks-https") });
      events.closed(isTls ? { ...closure, reason } : closure);
    };
    socket.on("open", () => events.opened());
    socket.on("message", (data: Buffer[], isBinary) => {
      if (isBinary) events.message(data);
      else socket.close(1003, "binary-only");
    });
    socket.on("ping", () => events.alive());
    socket.on("error", (error) => {
      isSuspicious = url.protocol === "ws:" && proxy === undefined && isCutOff(error);
      failure = sentence("connection-failed", { reason: connectionReason(error) });
    });
    socket.on("close", (status, reason) => {
      const text = reason.toString();
      const closure = { status, reason: text === "" ? failure : quoted(text) };
      if (isSuspicious) void explain(closure);
      else events.closed(closure);
    });
    let stream: Duplex | undefined;
    socket.on("upgrade", (response) => (stream = response.socket));
    let kept = new ReusedBytes();
    return {
      seesPings: true,
      send(head, tensor) {
        if (socket.readyState !== socket.OPEN) return;
        if (tensor === undefined) return socket.send(head);
        // What the system does not take at once is written later, so a result is copied; over the last one, if that is gone.
        if (socket.bufferedAmount > 0) kept = new ReusedBytes();
        const copy = kept.join(tensor);
        // Both fragments in one system call.
        stream?.cork();
        socket.send(head, { binary: true, fin: false });
        socket.send(copy, { binary: true, fin: true });
        stream?.uncork();
      },
      close(status, reason) {
        socket.close(status, reason);
        setTimeout(() => socket.terminate(), closeGraceMs).unref();
      },
    };
  };
}

/** Whether a port that cut a connection without a word would have accepted TLS. Nothing is sent or believed. */
function speaksTls({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connectTls({
      host: hostname.replace(/^\[|\]$/gu, ""),
      port: Number(port || "80"),
      rejectUnauthorized: false,
    });
    const end = (does: boolean) => {
      probe.destroy();
      resolve(does);
    };
    probe.setTimeout(probeMs, () => end(false));
    probe.once("error", () => end(false));
    probe.once("close", () => end(false));
    probe.once("secureConnect", () => end(true));
  });
}
