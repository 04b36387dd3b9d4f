/** @file Fetches the network of the current run for the pad of the join page. */
import { tokenField } from "../../../../shared/protocol/token-field.ts";
import type { RunDescription } from "../../../watch/dashboard-messages.ts";

export interface RunNow {
  readonly run: number;
  /** Committed steps. */
  readonly step: number;
  /** Shape `[parameterCount]`. */
  readonly parameters: Float32Array;
  readonly description: RunDescription;
}

/**
 * The run as it is now.
 *
 * @param before - What was fetched before: of the same run, only the parameters are fetched again.
 * @throws If the coordinator is away, or has no run.
 */
export async function fetchNow(token: string, before: RunNow | undefined): Promise<RunNow> {
  const response = await get("run/parameters", token);
  const run = Number(response.headers.get("Promedio-Run"));
  const step = Number(response.headers.get("Promedio-Step"));
  const parameters = new Float32Array(await response.arrayBuffer());
  const description: RunDescription =
    before?.run === run ? before.description : await (await get(`run/${run}/config`, token)).json();
  return { run, step, parameters, description };
}

async function get(path: string, token: string): Promise<Response> {
  const headers = token === "" ? new Headers() : new Headers({ [tokenField]: token });
  const response = await fetch(path, { headers, cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}
