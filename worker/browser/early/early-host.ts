/**
 * @file The host that the page starts before its own script is there, so that both scripts are loaded and compiled side by
 * side. The two scripts of the page share nothing but this property of its window.
 */
interface WindowWithHost {
  promedioHost?: EarlyHost | undefined;
}

interface EarlyHost {
  readonly worker: Worker;
  /** The message of an error before anybody listened. */
  error: string | undefined;
}

/** Starts it. Called by `first.ts` alone. */
export function startEarlyHost(): void {
  const worker = new Worker("host.js");
  const early: EarlyHost = { worker, error: undefined };
  worker.addEventListener("error", ({ message }) => (early.error = message));
  page().promedioHost = early;
}

/** The first time, the host that was started early. After that, or if it has failed, a new one. */
export function takeHost(): Worker {
  const early = page().promedioHost;
  page().promedioHost = undefined;
  if (early !== undefined && early.error === undefined) return early.worker;
  return new Worker("host.js");
}

function page(): WindowWithHost {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an optional property more
  return globalThis as WindowWithHost;
}
