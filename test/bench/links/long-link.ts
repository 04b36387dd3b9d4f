/**
 * @file A link with a long way: a TCP forwarder in this process that passes every byte on after a fixed time, in both
 * directions. Nothing else limits it. Where the kernel has `netem`, that would cost no CPU time; this one does not need it.
 */
import { connect, createServer, type Server, type Socket } from "node:net";

export class LongLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(port: number, oneWayMs: number) {
    this.#server = createServer((near) => {
      const far = connect(port, "127.0.0.1");
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.setNoDelay(true);
        from.on("data", (bytes) => {
          setTimeout(() => void (to.destroyed || to.write(bytes)), oneWayMs);
        });
        from.on("close", () => {
          this.#sockets.delete(from);
          setTimeout(() => to.destroy(), oneWayMs);
        });
        from.on("error", () => from.destroy());
      }
    });
  }

  /** @param port - Of the coordinator on this machine. */
  static async to(port: number, roundTripMs: number): Promise<LongLink> {
    const link = new LongLink(port, roundTripMs / 2);
    await new Promise<void>((resolve) => link.#server.listen(0, "127.0.0.1", resolve));
    return link;
  }

  /** The same URL by this link. */
  urlOf(url: string): string {
    const address = this.#server.address();
    const far = new URL(url);
    far.hostname = "127.0.0.1";
    far.port = String(typeof address === "object" ? address?.port : "");
    return far.href;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
