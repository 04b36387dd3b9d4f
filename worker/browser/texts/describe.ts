/** @file Chooses the headline, sentence and tone with which the join page shows a worker's status. Pure. */
import type { TextValues } from "../../../shared/pages/language.ts";
import type { WorkerCause, WorkerStatus } from "../../status.ts";
import type { TextKey } from "./texts.ts";

/** The look of a state: on its way, at work, at rest, or in need of the person. */
export type Tone = "busy" | "good" | "calm" | "bad";

export interface Description {
  readonly tone: Tone;
  readonly headline: TextKey;
  readonly detail: TextKey;
  readonly values: TextValues;
}

/** @param isSlowed - Whether it pauses because the browser slows the tab down. */
export function describe(status: WorkerStatus, isSlowed: boolean): Description {
  const { tone, texts, values = {} } = stateOf(status, isSlowed);
  return { tone, headline: texts[0], detail: texts[1], values };
}

interface State {
  readonly tone: Tone;
  readonly texts: readonly [headline: TextKey, detail: TextKey];
  readonly values?: TextValues;
}

/** A phase has one text, except for those that depend on more. */
function stateOf(status: WorkerStatus, isSlowed: boolean): State {
  const { phase, cause } = status;
  if (phase === "loading") return loading(status);
  if (phase === "training") return training(status);
  if (phase === "retrying") return retrying(status);
  if (phase === "stopped") return stopped(status);
  if (phase === "connecting") return { tone: "busy", texts: ["connecting", "connectingDetail"] };
  if (phase === "paused" && isSlowed) return { tone: "busy", texts: ["slowed", "slowedDetail"] };
  if (phase === "paused") return { tone: "calm", texts: ["paused", "pausedDetail"] };
  if (cause === "run-over") return { tone: "calm", texts: ["over", "overDetail"] };
  return { tone: "calm", texts: ["waiting", "waitingDetail"] };
}

function loading({ cause, dataset, receivedBytes }: WorkerStatus): State {
  if (cause !== "download") return { tone: "busy", texts: ["preparing", "layoutDetail"] };
  const megabytes = (receivedBytes / 1e6).toFixed(1);
  const values = { dataset: dataset ?? "", megabytes };
  return { tone: "busy", texts: ["preparing", "downloadDetail"], values };
}

function training({ blocksDone, samplesPerSecond, run, threads }: WorkerStatus): State {
  if (blocksDone === 0) return { tone: "good", texts: ["ready", "readyDetail"] };
  if (samplesPerSecond === 0) return { tone: "good", texts: ["ready", "idleDetail"] };
  const values = { run: run ?? "", count: threads };
  return { tone: "good", texts: ["helping", "helpingDetail"], values };
}

function retrying({ cause, detail }: WorkerStatus): State {
  if (cause === "run-over") return { tone: "calm", texts: ["over", "overClosedDetail"] };
  if (cause === "coordinator-ended") return { tone: "busy", texts: ["closed", "closedDetail"] };
  if (cause === "full") return { tone: "busy", texts: ["full", "fullDetail"] };
  if (cause === "unreachable") return { tone: "busy", texts: ["unreachable", "unreachableDetail"] };
  const why = detail.replace(/; trying again$/u, "");
  return { tone: "busy", texts: ["lost", "lostDetail"], values: { detail: why } };
}

const refusals: Readonly<Partial<Record<WorkerCause, TextKey>>> = {
  token: "tokenDetail",
  origin: "originDetail",
  version: "versionDetail",
  kernel: "kernelDetail",
  replaced: "replacedDetail",
  mismatch: "mismatchDetail",
  offences: "offencesDetail",
};

function stopped({ cause, detail }: WorkerStatus): State {
  const refusal = refusals[cause];
  if (refusal !== undefined) return { tone: "bad", texts: ["refused", refusal] };
  return { tone: "bad", texts: ["stopped", "stoppedDetail"], values: { detail } };
}
