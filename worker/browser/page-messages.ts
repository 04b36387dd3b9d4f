import type { WorkerStatus } from "../status.ts";
/**
 * @file What the join page and its host say to each other. They are one program, so nothing is checked.
 */

/** From the page to the host. */
export type HostRequest =
  | {
      readonly type: "start";
      /** `http://host:port` of the page. */
      readonly httpUrl: string;
      readonly token: string;
      readonly name: string;
      readonly agent: string;
      readonly threads: number;
    }
  | { readonly type: "pause"; readonly reason: string }
  | { readonly type: "resume" }
  | { readonly type: "leave"; readonly reason: string }
  /** The tab is visible again, or the network is back. */
  | { readonly type: "check" };

/** From the host to the page, on every change and a few times a second. */
export interface HostReport {
  readonly type: "status";
  readonly status: WorkerStatus;
}
