/** @file Chooses the headline, sentence and tone with which the join page shows a worker's status. Pure. */
import { type Code, hasCode } from "../../../shared/words/sentence.ts";
import type { TextValues } from "../../../shared/words/texts.ts";
import type { WorkerStatus } from "../../status.ts";
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
  const { phase, detail } = status;
  if (phase === "loading") return loading(status);
  if (phase === "training") return training(status);
  if (phase === "retrying") return retrying(status);
  if (phase === "stopped") return stopped(status);
  if (phase === "connecting") return { tone: "busy", texts: ["connecting", "connectingDetail"] };
  if (phase === "paused" && isSlowed) return { tone: "busy", texts: ["slowed", "slowedDetail"] };
  if (phase === "paused") return { tone: "calm", texts: ["paused", "pausedDetail"] };
  if (hasCode(detail, "run-over")) return { tone: "calm", texts: ["over", "overDetail"] };
  return { tone: "calm", texts: ["waiting", "waitingDetail"] };
}

function loading({ detail, dataset, receivedBytes }: WorkerStatus): State {
  if (hasCode(detail, "preparing-dataset")) {
    return { tone: "busy", texts: ["preparing", "layoutDetail"] };
  }
  const megabytes = Math.round(receivedBytes / 1e5) / 10;
  const values = { dataset: dataset ?? "", megabytes };
  return { tone: "busy", texts: ["preparing", "downloadDetail"], values };
}

function training({ blocksDone, samplesPerSecond, run, threads }: WorkerStatus): State {
  if (blocksDone === 0) return { tone: "good", texts: ["ready", "readyDetail"] };
  if (samplesPerSecond === 0) return { tone: "good", texts: ["ready", "idleDetail"] };
  const values = { run: run ?? "", count: threads };
  return { tone: "good", texts: ["helping", "helpingDetail"], values };
}

const losses = textsByCode<State>({
  "run-over": { tone: "calm", texts: ["over", "overClosedDetail"] },
  "coordinator-ended": { tone: "busy", texts: ["closed", "closedDetail"] },
  "coordinator-full": { tone: "busy", texts: ["full", "fullDetail"] },
  "coordinator-unreachable": { tone: "busy", texts: ["unreachable", "unreachableDetail"] },
});

function retrying({ detail }: WorkerStatus): State {
  const known = losses.get(detail.code);
  return known ?? { tone: "busy", texts: ["lost", "lostDetail"], values: { detail } };
}

const refusals = textsByCode<TextKey>({
  "token-refused": "tokenDetail",
  "origin-refused": "originDetail",
  "version-refused": "versionDetail",
  "kernel-refused": "kernelDetail",
  "session-replaced": "replacedDetail",
  "result-was-wrong": "mismatchDetail",
  "results-were-invalid": "offencesDetail",
});

/** The texts for some codes; the compiler knows the codes. */
function textsByCode<Said>(said: Readonly<Partial<Record<Code, Said>>>): ReadonlyMap<string, Said> {
  return new Map(Object.entries(said));
}

function stopped({ detail }: WorkerStatus): State {
  const refusal = refusals.get(detail.code);
  if (refusal !== undefined) return { tone: "bad", texts: ["refused", refusal] };
  return { tone: "bad", texts: ["stopped", "stoppedDetail"], values: { detail } };
}
