/**
 * @file Network namespaces in a row, each joined to the next by a link of its own with so many Mbit/s each way: a coordinator,
 * relays and a worker on machines of their own. Needs Linux, `ip`, `tc` and root.
 */
import { execFileSync } from "node:child_process";

import { shapeOf } from "./shaped-link.ts";

export class LinkChain {
  readonly #name: string;
  readonly #count: number;

  private constructor(name: string, count: number) {
    this.#name = name;
    this.#count = count;
  }

  /** @returns The reason, in one line, where this is not possible. */
  static create(links: number, megabits: number): LinkChain | string {
    const chain = new LinkChain(`promedio-${process.pid}`, links + 1);
    try {
      for (let i = 0; i <= links; i++) {
        run("ip", "netns", "add", chain.#nameOf(i));
        chain.#inside(i, "ip", "link", "set", "lo", "up");
      }
      for (let i = 0; i < links; i++) {
        const ends = [chain.#nameOf(i), chain.#nameOf(i + 1)] as const;
        run(
          "ip",
          "link",
          "add",
          "below",
          "netns",
          ends[0],
          "type",
          "veth",
          "peer",
          "name",
          "above",
          "netns",
          ends[1],
        );
        for (const [end, device, host] of [
          [i, "below", 1],
          [i + 1, "above", 2],
        ] as const) {
          chain.#inside(end, "ip", "address", "add", `10.78.${i}.${host}/24`, "dev", device);
          chain.#inside(end, "ip", "link", "set", device, "up");
          const shape = ["tbf", ...shapeOf(megabits)];
          chain.#inside(end, "tc", "qdisc", "add", "dev", device, "root", ...shape);
        }
      }
      return chain;
    } catch (error) {
      chain.remove();
      return `no chain of network namespaces here: ${String(error).split("\n", 1)[0]}`;
    }
  }

  /** What to write before a command so that it runs in a namespace. */
  prefixOf(index: number): readonly string[] {
    return ["ip", "netns", "exec", this.#nameOf(index)];
  }

  /** Where the next one reaches it. */
  addressOf(index: number): string {
    return `10.78.${index}.1`;
  }

  #nameOf(index: number): string {
    return `${this.#name}-${index}`;
  }

  #inside(index: number, ...command: string[]): void {
    run(...this.prefixOf(index), ...command);
  }

  remove(): void {
    for (let i = 0; i < this.#count; i++) {
      try {
        run("ip", "netns", "del", this.#nameOf(i));
      } catch {
        // It does not exist.
      }
    }
  }
}

function run(...[program = "", ...args]: string[]): void {
  execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"] });
}
