/** @file What a coordinator is told that doesn't change the result of its runs. */
import type { AuditPolicy } from "./audit/audit-policy.ts";

/** Everything about a coordinator that doesn't change the result. All defaults are resolved. */
export interface CoordinatorOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** `undefined`: draw one, unless `open`. */
  readonly joinToken: string | undefined;
  /** `undefined`: draw one. Never equal to `joinToken`. */
  readonly adminToken: string | undefined;
  /** Paths of PEM files; `undefined`: plain http. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** `https://host:port` of other sites whose pages may connect; absent: none. */
  readonly allowOrigin?: readonly string[] | undefined;
  /** Where others reach this server, without a slash at its end; absent: one of this machine's addresses. */
  readonly joinUrl?: string | undefined;
  /** Workers need no token. */
  readonly open: boolean;
  readonly localWorkers: number;
  /** Of each local worker. */
  readonly threads: number | "auto";
  readonly minWorkers: number;
  readonly audit: AuditPolicy;
  /** Folder that holds the runs. */
  readonly runs: string;
  /** `undefined`: make one up. */
  readonly name: string | undefined;
  /** `true`: the latest run; a text: the run's name or the path of its folder or checkpoint. */
  readonly resume: true | string | undefined;
  /** Epochs between two checkpoints. */
  readonly checkpointEvery: number;
  /** `undefined`: the user's cache folder. */
  readonly cache: string | undefined;
  /** Without a slash at its end. `undefined`: the usual mirrors. */
  readonly mnistMirror: string | undefined;
  readonly exit: boolean;
  readonly json: boolean;
}
