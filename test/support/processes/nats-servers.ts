/** @file Real NATS servers on loopback, one alone or three as a cluster: Debian's `nats-server`, where it is installed. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ClusterAddress } from "../../../coordinator/cluster/address.ts";

/** Debian installs it where only an administrator's path leads. */
const env = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` };

/** Whether the tests that need it must be skipped. */
export const natsIsMissing = spawnSync("nats-server", ["--version"], { env }).status !== 0;

export function addressOf(ports: readonly number[]): ClusterAddress {
  const servers = ports.map((port) => `127.0.0.1:${port}`);
  return { servers, name: "promedio", user: undefined, password: undefined, isTls: false };
}

export class NatsServers {
  readonly #count: number;
  #folder = "";
  #ports: readonly number[] = [];
  #routes: readonly number[] = [];
  readonly #processes: ChildProcess[] = [];

  constructor(count: 1 | 3) {
    this.#count = count;
  }

  get ports(): readonly number[] {
    return this.#ports;
  }

  /** The text of `--cluster`. */
  get address(): string {
    return `nats://${addressOf(this.#ports).servers.join()}`;
  }

  /** Starts all of them, with what they had before on their disks. */
  async start(): Promise<void> {
    if (this.#ports.length === 0) {
      this.#folder = await mkdtemp(join(tmpdir(), "promedio-nats-"));
      const ports = await freePorts(2 * this.#count);
      this.#ports = ports.slice(0, this.#count);
      this.#routes = ports.slice(this.#count);
    }
    for (const [index, port] of this.#ports.entries()) {
      const own = [
        "-a",
        "127.0.0.1",
        "-p",
        `${port}`,
        "-js",
        "-sd",
        join(this.#folder, `${index}`),
      ];
      const routes = this.#routes.map((route) => `nats://127.0.0.1:${route}`).join();
      const cluster = [
        "--cluster_name",
        "test",
        "--cluster",
        `nats://127.0.0.1:${this.#routes[index]}`,
      ];
      const args =
        this.#count === 1 ? own : [...own, "-n", `n${index}`, ...cluster, "--routes", routes];
      this.#processes.push(spawn("nats-server", args, { env, stdio: "ignore" }));
    }
    await Promise.all(this.#ports.map(untilOpen));
  }

  /** Kills all of them at once. */
  async kill(): Promise<void> {
    const ended = this.#processes.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await exit;
    });
    await Promise.all(ended);
  }

  async stop(): Promise<void> {
    await this.kill();
    if (this.#folder !== "") await rm(this.#folder, { recursive: true, force: true });
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, "127.0.0.1", () => {
            // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
            resolve((server.address() as AddressInfo).port);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Waits until somebody accepts connections on a port, for 10 s at most. */
async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    if (await accepts(port)) return;
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nats-server does not listen on port ${port}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
