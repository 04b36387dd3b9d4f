/**
 * @file Everything between the network and the coordinator: tokens, certificate, routes, dashboards, and the log of
 * refused peers. It wires those parts together; each makes its own decisions.
 */
import { isIP } from "node:net";

import { customAlphabet } from "nanoid";

import { OperatorError } from "../shared/operator-error.ts";
import {
  classMessageBytesMax,
  downloadQuota,
  exportQuota,
  watcherMessageBytesMax,
} from "../shared/protocol/limits.ts";
import { type Sentence, sentence } from "../shared/words/sentence.ts";
import { Attendance } from "./classroom/attendance.ts";
import { MomentKeeper, type MomentSource } from "./classroom/moment.ts";
import { Access, noFormerTokens, type Role } from "./edge/access.ts";
import {
  httpUrlOf,
  isLoopback,
  isWildcard,
  loopbackOf,
  machineNames,
  type Urls,
  urlsOf,
} from "./edge/addresses.ts";
import type { DataRoute } from "./edge/data-route.ts";
import { machineAddresses } from "./edge/interfaces.ts";
import { Quota } from "./edge/limits/quota.ts";
import { type HostServer, mount } from "./edge/listening/host-server.ts";
import type { Pages } from "./edge/pages.ts";
import type { PeerHandler, PeerSocket } from "./edge/peer.ts";
import type { ProxySettings } from "./edge/proxy.ts";
import { type Refusal, RefusalLog } from "./edge/refusal-log.ts";
import { type DoorOptions, listen, type Route, type RunningServer } from "./edge/server.ts";
import { Certificate } from "./edge/tls.ts";
import type { Entrance } from "./edge/upgrades.ts";
import { attach, WebSocketPeer } from "./edge/websocket-peer.ts";
import type { CoordinatorOptions } from "./options.ts";
import type { FormerTokens } from "./run/handover.ts";
import type { CoordinatorEvent } from "./run/view.ts";
import type { DashboardFeed } from "./watch/dashboard-feed.ts";
import type { RunRoute } from "./watch/run-route.ts";
import { Watchers } from "./watch/watchers.ts";
import type { WorkerSessions } from "./workers/worker-sessions.ts";

type ReceptionSettings = Pick<
  CoordinatorOptions,
  | "host"
  | "port"
  | "tls"
  | "open"
  | "joinToken"
  | "adminToken"
  | "allowOrigin"
  | "localWorkers"
  | "joinUrl"
  | "basePath"
  | "trustProxy"
>;

export interface ReceptionOptions {
  readonly settings: ReceptionSettings;
  /** The server of the program that embeds this one, in whose place it opens none; absent: it opens one. */
  readonly hostServer?: HostServer | undefined;
  /** Tokens of the process before this one; absent for none. */
  readonly former?: FormerTokens | undefined;
  readonly pages: Pick<Pages, "handle">;
  readonly data: Pick<DataRoute, "handle">;
  readonly runs: Pick<RunRoute, "handle">;
  /** The current run, which lessons look at. */
  readonly current: () => MomentSource | undefined;
  readonly feed: DashboardFeed;
  /** Tried before the pages; absent for none. */
  readonly routes?: readonly Route[];
  /** Carries out the orders of a dashboard with the admin token. */
  readonly execute: (
    text: string,
  ) => Promise<{ readonly id: number; readonly error: Sentence | null }>;
  /** Inserts something between a worker's socket and the coordinator. */
  readonly intercept: (socket: PeerSocket, handler: PeerHandler) => PeerHandler;
  readonly report: (event: CoordinatorEvent) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

type EveryDoor = DoorOptions & { readonly proxy: ProxySettings };

/** The addresses at which it listens. */
export interface Reachable {
  readonly urls: Urls;
  /** The URL for local workers; it never leaves this machine. */
  readonly localUrl: string;
}

export class Reception {
  /** The token that admits workers; `null` if none is needed. */
  readonly joinToken: string | null;
  readonly #options: ReceptionOptions;
  readonly #adminToken: string;
  readonly #certificate: Certificate | undefined;
  readonly #access: Access;
  readonly #watchers: Watchers;
  readonly #attendance: Attendance;
  readonly #moment: MomentKeeper;
  readonly #refusals: RefusalLog;
  #servers: RunningServer[] = [];
  #workers: () => number = () => 0;

  /** @throws OperatorError if the certificate is not right. */
  constructor(options: ReceptionOptions) {
    const { settings, report, now } = options;
    this.#options = options;
    this.joinToken = settings.open ? null : (settings.joinToken ?? newToken());
    this.#adminToken = settings.adminToken ?? newToken();
    this.#certificate = settings.tls === undefined ? undefined : new Certificate(settings.tls);
    this.#access = this.#createAccess();
    this.#refusals = new RefusalLog({ report, now, workers: () => this.#workers() });
    const guests = {
      roleOf: (token: string) => this.#access.roleOf(token),
      refused: (refusal: Refusal) => this.#refusals.add(refusal),
      now,
    };
    this.#watchers = new Watchers({ ...guests, feed: options.feed, execute: options.execute });
    this.#moment = new MomentKeeper(options.current);
    this.#attendance = new Attendance({ ...guests, takeMoment: () => this.#moment.take() });
  }

  /**
   * Listens for workers, dashboards and downloads.
   *
   * @throws OperatorError if the port is not available.
   */
  async open(coordinator: WorkerSessions): Promise<Reachable> {
    this.#workers = () => coordinator.workerCount;
    const { settings, hostServer } = this.#options;
    const { host, port, localWorkers } = settings;
    const door = this.#door(coordinator);
    const certificate = this.#certificate;
    const server =
      hostServer === undefined
        ? await listen({ ...door, host, port, certificate })
        : mount(hostServer, door);
    this.#servers = [server];
    const urls = await this.#urls(server, door);
    const isPlain = certificate === undefined && hostServer === undefined;
    if (isPlain || localWorkers === 0) {
      return { urls, localUrl: httpUrlOf(loopbackOf(server.address), server.port) };
    }
    // Local workers can't know who signed a certificate, and it may not cover loopback. So they get a separate server.
    const inside = await listen({ ...door, host: "127.0.0.1", port: 0, certificate: undefined });
    this.#servers.push(inside);
    return { urls, localUrl: `http://127.0.0.1:${inside.port}` };
  }

  async #urls({ address, port }: RunningServer, { proxy }: EveryDoor): Promise<Urls> {
    const { settings, hostServer } = this.#options;
    const common = {
      port,
      addresses: await machineAddresses(),
      joinToken: this.joinToken,
      adminToken: this.#adminToken,
      publicUrl: settings.joinUrl,
    };
    if (hostServer === undefined) {
      return urlsOf({ ...common, host: settings.host, certificate: this.#certificate });
    }
    const certificate = "setSecureContext" in hostServer ? foreignCertificate : undefined;
    return urlsOf({ ...common, host: address, certificate, basePath: proxy.basePath });
  }

  /** Warnings for the operator about who can get in, one line each. */
  get warnings(): Sentence[] {
    const { host, open } = this.#options.settings;
    const warnings: Sentence[] = [];
    if (open) warnings.push(sentence("open-to-all"));
    const isPlain = this.#certificate === undefined && this.#options.hostServer === undefined;
    if (isPlain && !isLoopback(host)) {
      const place = isWildcard(host) ? sentence("every-address") : host;
      warnings.push(sentence("listening-without-tls", { place }));
    }
    return warnings;
  }

  /** The role that a token proves; `undefined` for none. */
  roleOf(token: string): Role | undefined {
    return this.#access.roleOf(token);
  }

  /** What the process that resumes the run needs to accept the tokens that this one accepts. */
  get handedOver(): FormerTokens {
    return this.#access.handedOver;
  }

  /** Sends the news to every dashboard and to the lesson, and reports the count of unreported refusals. */
  update(): void {
    this.#watchers.update();
    this.#attendance.update();
    this.#refusals.flush();
  }

  /** Passes an event to the operator; floods are limited. */
  report(event: CoordinatorEvent): void {
    if (event.event === "worker") this.#refusals.pass(event);
    else this.#options.report(event);
  }

  /** The certificate's files have changed. */
  reloadCertificate(): void {
    try {
      for (const server of this.#servers) server.reloadCertificate();
      this.#options.report({ event: "warning", message: sentence("certificate-read-again") });
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      const message = sentence("certificate-kept", { reason: error.said });
      this.#options.report({ event: "warning", message });
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    this.#refusals.flush();
  }

  #createAccess(): Access {
    const { host, allowOrigin = [], joinUrl } = this.#options.settings;
    const certificate = this.#certificate;
    // Pages opened at the public address have its origin, whatever `Host` a proxy passes on.
    const publicOrigins = joinUrl === undefined ? [] : [new URL(joinUrl).origin];
    return new Access({
      joinToken: this.joinToken,
      adminToken: this.#adminToken,
      former: this.#formerTokens(),
      hosts: [...machineNames(), host],
      origins: [...allowOrigin, ...publicOrigins],
      isCertified: (name) => certificate?.covers(name) ?? false,
    });
  }

  /** A token that the operator gives takes the place of all earlier ones of its role. */
  #formerTokens(): FormerTokens {
    const { settings, former = noFormerTokens() } = this.#options;
    return {
      salt: former.salt,
      join: settings.joinToken === undefined ? former.join : [],
      admin: settings.adminToken === undefined ? former.admin : [],
    };
  }

  #door(coordinator: WorkerSessions): EveryDoor {
    const { pages, intercept } = this.#options;
    const workers: Entrance = {
      messageBytesMax: () => coordinator.messageBytesMax(),
      accept({ raw, stream, address, admitted }) {
        const peer = new WebSocketPeer(raw, stream, address);
        attach(raw, intercept(peer, coordinator.connect(peer, admitted)));
      },
    };
    const watchers: Entrance = {
      messageBytesMax: () => watcherMessageBytesMax,
      accept: (visitor) => this.#watchers.add(visitor),
    };
    const lesson: Entrance = {
      messageBytesMax: () => classMessageBytesMax,
      accept: (visitor) => this.#attendance.add(visitor),
    };
    const { joinUrl, basePath, trustProxy } = this.#options.settings;
    const publicPath = joinUrl === undefined ? "" : new URL(joinUrl).pathname.replace(/\/$/u, "");
    return {
      access: this.#access,
      proxy: { basePath: (basePath ?? publicPath).replace(/\/$/u, ""), trustProxy },
      routes: [
        ...this.#routesWithToken(),
        {
          prefix: "/",
          role: "anybody",
          handle: (request, response) => pages.handle(request, response),
        },
      ],
      entrances: new Map([
        ["/worker", workers],
        ["/watch", watchers],
        ["/class", lesson],
      ]),
      refused: (refusal) => this.#refusals.add(refusal),
    };
  }

  #routesWithToken(): readonly Route[] {
    const { data, runs, routes = [] } = this.#options;
    return [
      {
        prefix: "/data/",
        role: "viewer",
        quota: new Quota(downloadQuota),
        handle: (request, response) => data.handle(request, response),
      },
      {
        prefix: "/run/",
        role: "viewer",
        quota: new Quota(exportQuota),
        handle: (request, response) => runs.handle(request, response),
      },
      {
        prefix: "/class/",
        role: "viewer",
        // A whole class asks at once.
        quota: new Quota(downloadQuota),
        handle: (request, response) => this.#moment.handle(request, response),
      },
      ...routes,
    ];
  }
}

/** Which names it covers is not known. An address is rarely one of them. */
const foreignCertificate = { covers: (name: string) => isIP(name) === 0, names: [] };

/** A token for URLs: letters and digits only, without look-alikes; 119 bits. */
const newToken = customAlphabet("23456789abcdefghijkmnpqrstuvwxyz", 24);
