/**
 * @file Finds out why a page's WebSocket did not open: browsers only say that it did not. The page asks for the same path
 * without an upgrade, which the coordinator answers with 426 if it has room.
 */
import { answeredInstead } from "../words/connection-reason.ts";
import type { Sentence } from "../words/sentence.ts";

/** As long as a person waits for a sentence. */
const patienceMs = 3_000;

export interface Asking {
  /** `fetch`. */
  readonly ask: (
    url: string,
    how: { readonly cache: "no-store"; readonly signal: AbortSignal },
  ) => Promise<{ readonly status: number }>;
  /** `setTimeout`. */
  readonly later: (callback: () => void, delayMs: number) => unknown;
}

/**
 * @param url - The socket's address with `http` in the place of `ws`.
 * @returns The reason; `null` if nobody answers.
 */
export async function whyNoSocket(url: string, { ask, later }: Asking): Promise<Sentence | null> {
  const aborter = new AbortController();
  later(() => aborter.abort(), patienceMs);
  try {
    const { status } = await ask(url, { cache: "no-store", signal: aborter.signal });
    return answeredInstead(status);
  } catch {
    return null;
  }
}
