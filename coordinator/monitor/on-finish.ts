/**
 * @file Tells others that a run is over: a command of the operator's (`--on-finish`) or a web address (`--webhook`)
 * gets the last event as JSON. A failure is a warning; it never holds up the program for longer than a minute.
 */
import { spawn } from "node:child_process";

import { createFetch } from "../../shared/node/fetch.ts";
import { connectionReason } from "../../shared/words/connection-reason.ts";
import { type Sentence, sentence, quoted } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import type { CoordinatorEvent } from "../run/view.ts";

export type EndEvent = Extract<
  CoordinatorEvent,
  { readonly event: "finished" | "failed" | "stopped" }
>;

export function isEnd(event: CoordinatorEvent): event is EndEvent {
  return event.event === "finished" || event.event === "failed" || event.event === "stopped";
}

/** A command or a web address that takes longer is given up. */
const patienceMs = 60_000;

export interface Listeners {
  /** A command for the shell. It finds the summary on its standard input. */
  readonly onFinish?: string | undefined;
  /** Gets the summary as a POST request. */
  readonly webhook?: string | undefined;
}

/** @returns What failed, one sentence each. */
export async function tellOthers(
  { onFinish, webhook }: Listeners,
  summary: string,
): Promise<readonly Sentence[]> {
  const told = await Promise.all([
    onFinish === undefined ? undefined : runCommand(onFinish, summary),
    webhook === undefined ? undefined : post(webhook, summary),
  ]);
  return told.filter((failure) => failure !== undefined);
}

async function runCommand(command: string, summary: string): Promise<Sentence | undefined> {
  const failed = (reason: Sentence) => sentence("on-finish-failed", { command, reason });
  const child = spawn(command, {
    shell: true,
    stdio: ["pipe", "ignore", "ignore"],
    timeout: patienceMs,
  });
  // A command need not read its input.
  child.stdin.on("error", () => {});
  child.stdin.end(summary);
  return await new Promise((resolve) => {
    child.once("error", (error) => resolve(failed(systemReason(error))));
    child.once("exit", (code, signal) => {
      if (code === 0) resolve(undefined);
      else
        resolve(
          failed(signal === null ? sentence("exit-code", { code: String(code) }) : quoted(signal)),
        );
    });
  });
}

async function post(url: string, summary: string): Promise<Sentence | undefined> {
  try {
    const response = await createFetch(process.env)(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: summary,
      redirect: "error",
      signal: AbortSignal.timeout(patienceMs),
    });
    await response.body?.cancel();
    if (response.ok) return undefined;
    return sentence("webhook-failed", { url, reason: quoted(`HTTP ${response.status}`) });
  } catch (error) {
    return sentence("webhook-failed", { url, reason: connectionReason(error) });
  }
}
