/**
 * @file Fetches the network of the run in progress from the coordinator, for readers who came with a token. Without a
 * token, a run, or a network that the pictures can show, there is nothing to fetch, and the page trains its own.
 */
import type { RunConfig } from "../../shared/run/config.ts";
import { RemoteDataset } from "../dashboard/model/dataset.ts";
import {
  configIn,
  digitsOf,
  digitsOfRun,
  isLectureRun,
  type RunState,
} from "./models/network/run-state.ts";

/** Where a reload finds the token, which a link to this page must not contain. */
const tokenKey = "promedio.learn.token";

/**
 * The token in the address, or the one of before the page was reloaded; it leaves the address. Empty for a coordinator
 * without one; `undefined` for a reader who does not come from a dashboard.
 */
export function takeToken(): string | undefined {
  const pairs = location.hash.replace(/^#/u, "").split("&");
  const given = pairs.find((pair) => pair.startsWith("token="))?.slice("token=".length);
  if (given === undefined) return sessionStorage.getItem(tokenKey) ?? undefined;
  sessionStorage.setItem(tokenKey, given);
  const others = pairs.filter((pair) => !pair.startsWith("token="));
  history.replaceState(null, "", `${location.pathname}${location.search}#${others.join("&")}`);
  return given;
}

/** The run as it is now; `undefined` if there is none that the pictures can show. */
export async function fetchRun(token: string): Promise<RunState | undefined> {
  return await fetchState(token, "run/parameters", async ({ run }) => {
    return configIn(await headerOf(await get(`run/${run}/checkpoint`, token)));
  });
}

/** The run at the moment that a lesson looks at; `undefined` if there is none that the pictures can show. */
export async function fetchMoment(token: string): Promise<RunState | undefined> {
  return await fetchState(token, "class/parameters", async () => {
    return await (await get("class/config", token)).json();
  });
}

async function fetchState(
  token: string,
  path: string,
  configOf: (at: Pick<RunState, "run">) => Promise<RunConfig>,
): Promise<RunState | undefined> {
  try {
    const answer = await get(path, token);
    if (!answer.ok) return undefined;
    const parameters = new Float32Array(await answer.arrayBuffer());
    const run = Number(answer.headers.get("Promedio-Run"));
    const step = Number(answer.headers.get("Promedio-Step"));
    const config = await configOf({ run });
    if (!isLectureRun(config)) return undefined;
    const dataset = await RemoteDataset.open(config.dataset.sha256, token);
    const count = Math.min(digitsOfRun, dataset.count("train"));
    const features = await dataset.features("train", 0, count);
    const labels = await dataset.targets("train", 0, count);
    return { run, step, config, parameters, digits: digitsOf(features, labels) };
  } catch {
    return undefined; // The coordinator is away, or it is another version.
  }
}

async function get(path: string, token: string): Promise<Response> {
  const headers = token === "" ? new Headers() : new Headers({ Authorization: `Bearer ${token}` });
  return await fetch(path, { headers, cache: "no-store" });
}

/** The header of a safetensors file; the rest of a large one is not loaded. */
async function headerOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!response.ok || reader === undefined) throw new Error(`checkpoint: ${response.status}`);
  let bytes = new Uint8Array(0);
  for (;;) {
    const length = bytes.length < 8 ? 0 : Number(new DataView(bytes.buffer).getBigUint64(0, true));
    if (length > 0 && bytes.length >= 8 + length) {
      await reader.cancel();
      return new TextDecoder().decode(bytes.subarray(8, 8 + length));
    }
    const { value, done } = await reader.read();
    if (done) throw new Error("the checkpoint has no header");
    const longer = new Uint8Array(bytes.length + value.length);
    longer.set(bytes);
    longer.set(value, bytes.length);
    bytes = longer;
  }
}
