/**
 * @file Draws the built-in digits instead of downloading them: over 10 Mbit/s their bytes take longer than drawing them. The
 * hash in the run config decides whether what was drawn is right; if it is not, as with another version of the program,
 * they are downloaded.
 */
import { decodeDataset, encodeDataset } from "../shared/data/canonical.ts";
import {
  countsInPath,
  digitsContent,
  type DigitsCounts,
  digitsSeed,
} from "../shared/data/digits/canonical-digits.ts";
import { type Digits, drawInSteps } from "../shared/data/digits/generate-digits.ts";
import { sha256Hex } from "../shared/data/sha256.ts";
import type { LoadDataset } from "./platform.ts";

export interface DrawDatasetOptions {
  /** Loads what can't be drawn. */
  readonly download: LoadDataset;
  /** Where the coordinator is. From this machine itself, bytes cost less than drawing. */
  readonly httpUrl: string;
  /** Calls back after all waiting events have been handled. */
  readonly defer: (callback: () => void) => void;
  /** As for a download. */
  readonly received?: (bytes: Uint8Array, sha256: string) => void;
  readonly sha256?: (bytes: Uint8Array<ArrayBuffer>) => string | Promise<string>;
}

export function createDrawDataset({
  download,
  httpUrl,
  defer,
  received,
  sha256 = sha256Hex,
}: DrawDatasetOptions): LoadDataset {
  return async (path, identity, onProgress) => {
    const counts = isLoopback(httpUrl) ? undefined : countsInPath(path);
    if (counts === undefined) return await download(path, identity, onProgress);
    // The hash is not known yet; that of the config takes its place, and is compared below.
    const content = digitsContent(await draw(counts, defer));
    const { bytes } = encodeDataset(content, () => identity.sha256);
    const hash = await sha256(bytes);
    if (hash !== identity.sha256) return await download(path, identity, onProgress);
    received?.(bytes, hash);
    return decodeDataset(bytes, identity, () => hash);
  };
}

async function draw(counts: DigitsCounts, defer: (callback: () => void) => void): Promise<Digits> {
  const drawing = drawInSteps({ ...counts, seed: digitsSeed });
  for (;;) {
    const step = drawing.next();
    if (step.done === true) return step.value;
    // oxlint-disable-next-line no-await-in-loop -- pings and clicks are answered between two steps
    await new Promise<void>((resolve) => defer(resolve));
  }
}

function isLoopback(httpUrl: string): boolean {
  return /^(?:localhost|127\..*|\[::1\])$/u.test(new URL(httpUrl).hostname);
}
