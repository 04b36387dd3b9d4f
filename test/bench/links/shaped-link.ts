/**
 * @file A link that many share: a network namespace whose loopback is shaped. All bytes of all processes in it, in both
 * directions, wait in one queue, like those of a classroom around one access point. Needs Linux, `ip`, `tc` and root.
 */
import { execFileSync } from "node:child_process";

/** As on Ethernet and Wi-Fi. Loopback's own 65,536 would make every message one packet. */
const mtuBytes = 1500;
/** Leads over the shaped loopback too, but is not recognised as this machine itself. */
export const farAddress = "10.77.0.1";
/**
 * What leaves at once after a pause, in seconds of the link: two packets at 10 Mbit/s. A run that computes for a while
 * between two exchanges gets it anew each time, so that much of it would be a link without a limit.
 */
const burstSeconds = 0.0025;
/** What a router's queue holds; what comes on top is lost, and TCP sends it again. */
const queue = "400ms";

/** The arguments of `tbf`. */
export function shapeOf(megabits: number): readonly string[] {
  const burst = Math.round(megabits * 125_000 * burstSeconds);
  return ["rate", `${megabits}mbit`, "burst", `${burst}`, "latency", queue];
}

export class ShapedLink {
  readonly #name: string;

  private constructor(name: string) {
    this.#name = name;
  }

  /** @returns The reason, in one line, where this is not possible. */
  static create(megabits: number): ShapedLink | string {
    const link = new ShapedLink(`promedio-${process.pid}-${megabits}`);
    try {
      run("ip", "netns", "add", link.#name);
      link.#inside("ip", "link", "set", "lo", "up", "mtu", `${mtuBytes}`);
      link.#inside("ip", "address", "add", `${farAddress}/32`, "dev", "lo");
      link.#inside("tc", "qdisc", "add", "dev", "lo", "root", "tbf", ...shapeOf(megabits));
      return link;
    } catch (error) {
      link.remove();
      return `no shaped network namespace here: ${String(error).split("\n", 1)[0]}`;
    }
  }

  /** What to write before a command so that it runs in the namespace. */
  get prefix(): readonly string[] {
    return ["ip", "netns", "exec", this.#name];
  }

  #inside(...command: string[]): void {
    run(...this.prefix, ...command);
  }

  remove(): void {
    try {
      run("ip", "netns", "del", this.#name);
    } catch {
      // It does not exist.
    }
  }
}

function run(...[program = "", ...args]: string[]): void {
  execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"] });
}
