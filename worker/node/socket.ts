/** @file The transport of a Node worker: wraps the `ws` client in the `Transport` contract. */
import { WebSocket } from "ws";

import { messageBytesMax, parametersMax } from "../../shared/protocol/limits.ts";
import { quoted, reasonOf, type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Connect } from "../platform.ts";

/** How long the other side may take to answer a close before the socket is destroyed. */
const closeGraceMs = 1_000;

export function createConnect(socketUrl: string): Connect {
  return (events) => {
    const socket = new WebSocket(socketUrl, {
      perMessageDeflate: false,
      maxPayload: messageBytesMax(parametersMax),
      // Masks keep a script in a browser from forging requests that old proxies misread. No foreign script runs
      // here, and `ws` skips the masking of every byte if the mask is zero.
      generateMask: (mask) => void mask.fill(0),
    });
    // Keep the fragments: joining them would copy all parameters once more.
    socket.binaryType = "fragments";
    let failure: Sentence | null = null;
    socket.on("open", () => events.opened());
    socket.on("message", (data: Buffer[], isBinary) => {
      if (isBinary) events.message(data);
      else socket.close(1003, "binary-only");
    });
    socket.on("ping", () => events.alive());
    socket.on(
      "error",
      (error) => (failure = sentence("connection-failed", { reason: reasonOf(error) })),
    );
    socket.on("close", (status, reason) => {
      const text = reason.toString();
      events.closed({ status, reason: text === "" ? failure : quoted(text) });
    });
    return {
      seesPings: true,
      get isDrained() {
        return socket.bufferedAmount === 0;
      },
      send(message) {
        if (socket.readyState === socket.OPEN) socket.send(message);
      },
      close(status, reason) {
        socket.close(status, reason);
        setTimeout(() => socket.terminate(), closeGraceMs).unref();
      },
    };
  };
}
