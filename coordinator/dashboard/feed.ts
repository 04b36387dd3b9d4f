/**
 * @file The dashboard's socket: says the token, hands on every snapshot, and comes back when it is lost.
 */
import { closeStatus } from "../../shared/protocol/errors.ts";
import type { CoordinatorView } from "../view.ts";

/** Between two tries: the coordinator was restarted, or the network is away. */
const retryMs = 1_000;

export interface FeedEvents {
  view(view: CoordinatorView): void;
  /** One sentence on the connection; empty while it holds. */
  link(sentence: string): void;
}

/** @param token - Of the page's own URL; empty for a coordinator that is open to all. */
export function openFeed(token: string, events: FeedEvents): void {
  const socket = new WebSocket(`${location.origin.replace(/^http/u, "ws")}/watch`);
  socket.addEventListener("open", () => socket.send(JSON.stringify({ token })));
  socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
    events.link("");
    const view: CoordinatorView = JSON.parse(data);
    events.view(view);
  });
  socket.addEventListener("close", ({ code }) => {
    if (code === closeStatus.ERR_TOKEN) {
      return events.link("The token is wrong: open the link that the coordinator printed.");
    }
    events.link("Not connected. Trying again …");
    setTimeout(() => openFeed(token, events), retryMs);
  });
}
