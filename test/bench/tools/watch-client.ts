/** @file A dashboard without a page: sends its token, reads everything, and draws nothing. */
import { WebSocket } from "ws";

import type { CoordinatorView } from "../../../coordinator/run/view.ts";

/** A long curve arrives in many snapshots. One with fewer bytes of points than this is not part of it. */
const wholeCurveBytes = 100_000;

export class WatchClient {
  /** Resolves when the run's whole curve has arrived; only news follows. */
  readonly caughtUp: Promise<void>;
  readonly #socket: WebSocket;

  /**
   * @param pageUrl - URL of a dashboard, with its token in the fragment.
   * @param told - Called with every snapshot. Without it, none is even parsed.
   */
  constructor(pageUrl: string, told?: (view: CoordinatorView) => void) {
    const url = new URL(pageUrl);
    const token = new URLSearchParams(url.hash.slice(1)).get("token") ?? "";
    this.#socket = new WebSocket(`ws://${url.host}/watch`, { perMessageDeflate: false });
    this.#socket.once("open", () => this.#socket.send(JSON.stringify({ token })));
    this.caughtUp = new Promise((resolve, reject) => {
      this.#socket.once("error", reject);
      this.#socket.once("close", (code) => reject(new Error(`a watcher was refused: ${code}`)));
      let pointBytes = 0;
      this.#socket.on("message", (data: Buffer, isBinary) => {
        if (isBinary) pointBytes = data.length;
        if (isBinary || !data.subarray(0, 20).includes('"state"')) return;
        if (told !== undefined) told(viewIn(data));
        if (pointBytes < wholeCurveBytes) resolve();
        pointBytes = 0;
      });
    });
    // A caller that closes the client is no longer interested in this.
    this.caughtUp.catch(() => undefined);
  }

  close(): void {
    this.#socket.terminate();
  }
}

function viewIn(data: Buffer): CoordinatorView {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a coordinator of this very program sends
  return (JSON.parse(data.toString()) as { view: CoordinatorView }).view;
}
