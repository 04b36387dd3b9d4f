import { describe as group, expect, test } from "vitest";

import { languages } from "../../../../../shared/words/language.ts";
import { quoted, sentence } from "../../../../../shared/words/sentence.ts";
import { translator } from "../../../../../shared/words/texts.ts";
import { describe } from "../../../../../worker/browser/texts/describe.ts";
import { texts } from "../../../../../worker/browser/texts/texts.ts";
import type { WorkerStatus } from "../../../../../worker/status.ts";

const training: WorkerStatus = {
  phase: "training",
  failed: false,
  detail: sentence("computing"),
  refusal: null,
  receivedBytes: 0,
  name: "Ada",
  threads: 2,
  run: "mnist · 784-16-16-10",
  dataset: "mnist",
  step: 7,
  samplesPerSecond: 1240,
  share: 0.031,
  blocksDone: 12,
  samplesDone: 768,
  column: null,
};

function said(changes: Partial<WorkerStatus>, isSlowed = false): string {
  const { headline, detail, values } = describe({ ...training, ...changes }, isSlowed);
  const say = translator(texts, "en");
  return `${say(headline)}: ${say(detail, values)}`;
}

group("what the page says of a worker", () => {
  test("that computes: what it trains, and with 1 thread or 2", () => {
    expect(said({})).toBe("Helping: mnist · 784-16-16-10, on 2 threads");
    expect(said({ threads: 1 })).toBe("Helping: mnist · 784-16-16-10, on 1 thread");
  });

  test("that has had no work yet, or has none now: it is ready, and does not claim to compute", () => {
    expect(said({ blocksDone: 0 })).toMatch(/^Ready to help: .*Work arrives/u);
    expect(said({ samplesPerSecond: 0 })).toMatch(/^Ready to help: There is no work/u);
  });

  test("that loads 12.3 MB", () => {
    const detail = sentence("getting-dataset", { dataset: "mnist" });
    const loading = { phase: "loading", detail, receivedBytes: 12_345_678 } as const;
    expect(said(loading)).toBe("Getting ready …: Getting the data: mnist, 12.3 MB so far.");
  });

  test("whose run is over, whether the coordinator stays or closes", () => {
    const detail = sentence("run-over", { reason: sentence("run-finished") });
    expect(said({ phase: "waiting", detail })).toMatch(/^The run is over: Thank you/u);
    const closed = said({ phase: "retrying", detail });
    expect(closed).toMatch(/^The run is over: .*coordinator has closed/u);
  });

  test("that is paused, by its person or by the browser", () => {
    expect(said({ phase: "paused" })).toMatch(/^Paused/u);
    expect(said({ phase: "paused" }, true)).toMatch(/^Slowed by the browser/u);
  });

  test("that is refused for its token, or lost its connection for a reason without its own text", () => {
    const refused = { phase: "stopped", detail: sentence("token-refused"), failed: true } as const;
    expect(said(refused)).toMatch(/^No access/u);
    const lost = said({ phase: "retrying", detail: quoted("it slept") });
    expect(lost).toBe("Connection lost: Trying again (it slept).");
  });
});

group.each(languages)("the texts in %s", (language) => {
  test("have headlines of at most 23 characters, so that none wraps on a phone", () => {
    const phases = ["connecting", "waiting", "paused", "training", "stopped", "retrying"] as const;
    const details = [
      sentence("token-refused"),
      sentence("run-over", { reason: sentence("run-finished") }),
      sentence("coordinator-ended"),
      sentence("coordinator-unreachable"),
      sentence("coordinator-full"),
    ];
    const headlines = phases.flatMap((phase) => {
      return details.flatMap((detail) => {
        return [true, false].map((slow) => describe({ ...training, phase, detail }, slow).headline);
      });
    });
    const long = headlines.filter((key) => texts[language][key].length > 23);
    expect(long).toEqual([]);
  });

  test("name the same values in their braces as the English ones", () => {
    for (const [key, text] of Object.entries(texts.en)) {
      const found = Object.entries(texts[language]).find(([name]) => name === key)?.[1] ?? "";
      expect({ key, values: valuesIn(found) }).toEqual({ key, values: valuesIn(text) });
    }
  });
});

function valuesIn(text: string): string[] {
  return [...new Set(text.match(/\{\w+\}/gu) ?? [])].toSorted();
}
