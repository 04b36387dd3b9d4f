/** @file The messages between the join page and its host. They are one program, so nothing is checked. */
import type { Sentence } from "../../shared/words/sentence.ts";
import type { WorkerStatus } from "../status.ts";

/** From the page to the host. */
export type HostRequest =
  | {
      readonly type: "start";
      /** `http://host:port` of the coordinator; a path there if it is under one. */
      readonly httpUrl: string;
      readonly token: string;
      readonly name: string;
      readonly agent: string;
      readonly threads: number;
      /** Fraction of the time to compute, in (0, 1]. */
      readonly effort: number;
      /** Whether it leaves with a coordinator that ends after its run. A join page waits for the next. */
      readonly stopsAfterRun: boolean;
    }
  | { readonly type: "effort"; readonly effort: number }
  /** The person pauses or resumes. */
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "leave"; readonly reason: Sentence }
  /** `frozen`: the browser is about to stop the tab. */
  | { readonly type: "tab"; readonly state: TabState }
  /** The network is back, or the page is. */
  | { readonly type: "check" };

export type TabState = "visible" | "hidden" | "frozen";

/** From the host to the page, on every change and a few times a second. */
export interface HostReport {
  readonly type: "status";
  readonly status: WorkerStatus;
  /** Whether it pauses because the browser slows the tab down. */
  readonly isSlowed: boolean;
}
