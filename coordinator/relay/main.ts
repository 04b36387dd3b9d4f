/**
 * @file A relay as a Node process: a worker of the coordinator above it, and a door for workers below it. Wiring only;
 * what the parts do is in the rooms that they come from.
 */
import type { IncomingMessage } from "node:http";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { nanoid } from "nanoid";

import { selfTest } from "../../shared/engine/self-test.ts";
import { noteOf } from "../../shared/log.ts";
import { createFetch } from "../../shared/node/fetch.ts";
import { downloadQuota } from "../../shared/protocol/limits.ts";
import { sayAtTerminal, sentence } from "../../shared/words/sentence.ts";
import { Doors } from "../../worker/doors.ts";
import { createDrawDataset } from "../../worker/draw-dataset.ts";
import { createFetchDataset } from "../../worker/fetch-dataset.ts";
import { resolveWorkerOptions } from "../../worker/node/cli.ts";
import { readKernel } from "../../worker/node/kernel-source.ts";
import { clock, sha256, type WorkerWorld } from "../../worker/node/main.ts";
import { createConnect } from "../../worker/node/socket.ts";
import type { LoadDataset } from "../../worker/platform.ts";
import { StatusLines } from "../../worker/status-lines.ts";
import { WorkerLoop } from "../../worker/worker.ts";
import { logEntryOf } from "../console/log-entry.ts";
import { Access } from "../edge/access.ts";
import { machineNames, urlsOf } from "../edge/addresses.ts";
import { createDataRoute, type DataRoute } from "../edge/data-route.ts";
import { machineAddresses } from "../edge/interfaces.ts";
import { Quota } from "../edge/limits/quota.ts";
import { createPages } from "../edge/pages.ts";
import { RefusalLog } from "../edge/refusal-log.ts";
import { listen, type ServerOptions } from "../edge/server.ts";
import { attach, WebSocketPeer } from "../edge/websocket-peer.ts";
import type { CoordinatorEvent } from "../run/view.ts";
import { WorkerSessions } from "../workers/worker-sessions.ts";
import { RelayPool } from "./relay-pool.ts";

/** The options of the command line. */
export interface RelayCommand {
  /** The join link of the coordinator, or of another relay. */
  readonly url: string;
  /** `undefined`: the host's name. */
  readonly name: string | undefined;
  /** Used if the URL has none. Workers of the relay show the same token. */
  readonly joinToken: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly audit: "none" | "sample";
}

/** How often it looks whether more or fewer are below it. */
const crewMs = 1_000;
/** How often it looks for silent and late workers. */
const tickMs = 50;
/** What a joining page needs; the relay has no dashboard. */
const pagePaths = /^\/(?:join(?:\.js|\.css)?|host\.js|kernel\.wasm)(?:\?|$)/u;

const now = () => performance.now();

/**
 * Runs a relay until it is asked to leave, the coordinator ends after its run, or it can't take part.
 *
 * @returns The exit code: 0, or 1 if it could not take part.
 * @throws OperatorError for a bad URL, or a port that is not available.
 */
export async function runRelay(
  command: RelayCommand,
  world: Omit<WorkerWorld, "isChild">,
): Promise<number> {
  const machine = { hostname: hostname(), coreCount: availableParallelism() };
  const options = resolveWorkerOptions({ ...command, threads: 1 }, machine);
  const createKernel = readKernel(world.build);
  const kernel = createKernel();
  const identity = { kernel: kernel.id, selfTest: selfTest(kernel) };
  const joinToken = options.token === "" ? null : options.token;
  const access = createAccess(command.host, joinToken);
  const refusals: RefusalLog = new RefusalLog({
    report: log,
    now,
    workers: () => sessions.workerCount,
  });
  const sessions = new WorkerSessions({
    ...identity,
    admits: (token) => access.roleOf(token) !== undefined,
    now,
    newSession: () => nanoid(),
    report: (event) => (event.event === "worker" ? refusals.pass(event) : log(event)),
  });
  function log(event: CoordinatorEvent): void {
    world.log(logEntryOf(event));
  }
  // Workers whose relay is gone go on with the coordinator.
  sessions.setDoors(0, [options.httpUrl]);
  const data = createDataRoute();
  const server = await listen({
    ...door(sessions, { access, data, build: world.build }),
    refused: (refusal) => refusals.add(refusal),
    host: command.host,
    port: command.port,
    certificate: undefined,
  });
  const { joinUrl } = urlsOf({
    host: command.host,
    port: server.port,
    addresses: await machineAddresses(),
    joinToken,
    adminToken: "",
  });
  const said = sentence("relay-listening", { url: joinUrl });
  world.log(noteOf(said, "info", sayAtTerminal(said)));
  const ticking = setInterval(() => {
    sessions.tick();
    refusals.flush();
  }, tickMs);
  const code = await relay({ options, command, world, sessions, data, createKernel, identity });
  clearInterval(ticking);
  sessions.close("the relay is ending");
  await server.close();
  return code;
}

/** The worker upwards, whose threads are the sessions' workers. */
async function relay({
  options,
  command,
  world,
  sessions,
  data,
  createKernel,
  identity,
}: {
  readonly options: ReturnType<typeof resolveWorkerOptions>;
  readonly command: RelayCommand;
  readonly world: Omit<WorkerWorld, "isChild">;
  readonly sessions: WorkerSessions;
  readonly data: DataRoute;
  readonly createKernel: ReturnType<typeof readKernel>;
  readonly identity: { readonly kernel: string; readonly selfTest: string };
}): Promise<number> {
  const noWorkers = sentence("waiting-for-workers", { missing: 1 });
  // The term too: a worker that comes back through one of these doors has heard of it already, and refuses a lower one.
  const doors = new Doors(options.httpUrl, (term, urls) => sessions.setDoors(term, urls));
  const lines = new StatusLines(world.log);
  return await new Promise((resolve) => {
    const pool = new RelayPool({
      workers: sessions,
      createKernel,
      selfTest: identity.selfTest,
      audit: command.audit,
      auditSeeds: () => [...crypto.getRandomValues(new Uint32Array(4))],
      newRunId: () => nanoid(),
      now,
      staffed: (isStaffed) => (isStaffed ? loop.resume() : loop.pause(noWorkers)),
    });
    const loop = new WorkerLoop({
      token: options.token,
      name: options.name,
      kind: "relay",
      agent: `relay, Node ${process.version}, ${process.arch}`,
      kernel: identity.kernel,
      pool,
      connect: (events) => createConnect(doors.socketUrl, world.env)(events),
      doors,
      loadDataset: async (...wanted) => {
        const load = createLoadDataset(doors, { token: options.token, env: world.env, data });
        return await load(...wanted);
      },
      clock,
      random: Math.random,
      stopsAfterRun: true,
      ended: (reason, fingerprint) => sessions.end(reason, fingerprint),
      changed(status) {
        lines.show(status);
        if (status.phase !== "stopped") return;
        clearInterval(counting);
        pool.close();
        resolve(status.failed ? 1 : 0);
      },
    });
    void world.interrupted.then(() => loop.leave(sentence("stopped-by-user")));
    loop.start();
    const counting = tellCrew(sessions, loop);
  });
}

/** Tells the coordinator who is below the relay, whenever that changes. */
function tellCrew(sessions: WorkerSessions, loop: WorkerLoop) {
  let told = "";
  return setInterval(() => {
    const crew = sessions.crewBelow;
    const text = JSON.stringify(crew);
    if (text !== told) loop.tellCrew(crew);
    told = text;
  }, crewMs);
}

/** What it loads, its workers can download from it. */
function createLoadDataset(
  { httpUrl }: Doors,
  {
    token,
    env,
    data,
  }: { readonly token: string; readonly env: WorkerWorld["env"]; readonly data: DataRoute },
): LoadDataset {
  const received = (bytes: Uint8Array, hash: string) => void data.add({ bytes }, hash);
  const download = createFetchDataset({
    httpUrl,
    token,
    sha256,
    fetch: createFetch(env),
    received,
  });
  return createDrawDataset({ download, httpUrl, sha256, defer: setImmediate, received });
}

function createAccess(host: string, joinToken: string | null): Access {
  const hosts = [...machineNames(), host];
  // Nobody controls a run through a relay.
  return new Access({ joinToken, adminToken: nanoid(32), hosts, origins: [] });
}

function isPage({ url = "" }: IncomingMessage): boolean {
  return pagePaths.test(url);
}

function door(
  sessions: WorkerSessions,
  {
    access,
    data,
    build,
  }: { readonly access: Access; readonly data: DataRoute; readonly build: string },
): Pick<ServerOptions, "access" | "proxy" | "routes" | "entrances"> {
  const pages = createPages(join(build, "pages"));
  return {
    access,
    proxy: { basePath: "", trustProxy: false },
    routes: [
      {
        prefix: "/data/",
        role: "viewer",
        quota: new Quota(downloadQuota),
        handle: (request, response) => data.handle(request, response),
      },
      {
        prefix: "/",
        role: "anybody",
        handle: (request, response) => isPage(request) && pages.handle(request, response),
      },
    ],
    entrances: new Map([
      [
        "/worker",
        {
          messageBytesMax: () => sessions.messageBytesMax(),
          accept({ raw, stream, address, admitted }) {
            const peer = new WebSocketPeer(raw, stream, address);
            attach(raw, sessions.connect(peer, admitted));
          },
        },
      ],
    ]),
  };
}
