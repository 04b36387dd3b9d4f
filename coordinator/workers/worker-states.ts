/**
 * @file The states of a worker's socket: what a worker may send in each of them, what the coordinator may, and which
 * state follows. `WorkerSessions` acts by these two tables alone, and the protocol's page shows them.
 */
import type { CoordinatorMessage, WorkerMessage } from "../../shared/protocol/messages.ts";

/** `new` before `hello`; `loading` until the worker is ready for the run at hand. */
export const workerStates = ["new", "loading", "ready", "paused"] as const;
export type WorkerState = (typeof workerStates)[number];

/**
 * What follows a message from a worker: the state that it leads to if nothing else is wrong with it, or that it is
 * refused, ignored, given to the run, or that it ends the socket.
 */
export type Reaction = WorkerState | "ERR_STATE" | "ignored" | "taken" | "closes";

type ByState<What> = Readonly<Record<WorkerState, What>>;

const answer = { new: "ERR_STATE", loading: "ignored", ready: "taken", paused: "ignored" } as const;

export const reactions: Readonly<Record<WorkerMessage["type"], ByState<Reaction>>> = {
  hello: { new: "loading", loading: "ERR_STATE", ready: "ERR_STATE", paused: "ERR_STATE" },
  ready: { new: "ERR_STATE", loading: "ready", ready: "ERR_STATE", paused: "ready" },
  gradient: answer,
  costs: answer,
  replica: answer,
  evaluation: answer,
  failed: answer,
  commitment: answer,
  path: answer,
  reveal: answer,
  pause: { new: "ERR_STATE", loading: "ignored", ready: "paused", paused: "ignored" },
  resume: { new: "ERR_STATE", loading: "ignored", ready: "ignored", paused: "ready" },
  crew: { new: "ERR_STATE", loading: "taken", ready: "taken", paused: "taken" },
  leave: { new: "ERR_STATE", loading: "closes", ready: "closes", paused: "closes" },
};

const toReady = { ready: "ready" } as const;
const toKnown = { loading: "loading", ready: "ready", paused: "paused" } as const;

/** The states in which the coordinator may send a message, each with the state that follows. */
export const announcements: Readonly<
  Record<CoordinatorMessage["type"], Partial<ByState<WorkerState>>>
> = {
  welcome: { new: "loading" },
  run: { loading: "loading", ready: "loading", paused: "loading" },
  doors: toKnown,
  wait: toKnown,
  work: toReady,
  update: toReady,
  evaluate: toReady,
  challenge: toReady,
  end: toKnown,
  error: { new: "new", ...toKnown },
};

export function isWorkerState(reaction: Reaction): reaction is WorkerState {
  return (workerStates as readonly string[]).includes(reaction);
}
