/** @file The transport of a browser worker: wraps the browser's `WebSocket` in the `Transport` contract. */
import { ReusedBytes } from "../../shared/bytes.ts";
import { whyNoSocket } from "../../shared/pages/why-no-socket.ts";
import { quoted } from "../../shared/words/sentence.ts";
import type { Connect } from "../platform.ts";

const nothing = new Uint8Array(0);

export function createConnect(socketUrl: string): Connect {
  return (events) => {
    const socket = new WebSocket(socketUrl);
    socket.binaryType = "arraybuffer";
    let hasOpened = false;
    const explain = async (status: number) => {
      const url = socketUrl.replace(/^ws/u, "http");
      const reason = await whyNoSocket(url, { ask: fetch, later: setTimeout });
      events.closed({ status, reason });
    };
    socket.addEventListener("open", () => {
      hasOpened = true;
      events.opened();
    });
    socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) events.message([new Uint8Array(data)]);
      else socket.close(1000, "binary-only");
    });
    socket.addEventListener("close", ({ code, reason }) => {
      const said = reason === "" ? null : quoted(reason);
      if (hasOpened || said !== null) events.closed({ status: code, reason: said });
      else void explain(code);
    });
    const message = new ReusedBytes();
    return {
      seesPings: false,
      send(head, tensor = nothing) {
        if (socket.readyState !== WebSocket.OPEN) return;
        // A browser's socket sends no fragments, refuses shared memory, and copies what it sends.
        socket.send(message.join(head, tensor));
      },
      close: (status, reason) => socket.close(status, reason),
    };
  };
}
