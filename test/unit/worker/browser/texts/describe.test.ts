import { describe as group, expect, test } from "vitest";

import { languages, translator } from "../../../../../shared/pages/language.ts";
import { describe } from "../../../../../worker/browser/texts/describe.ts";
import { texts } from "../../../../../worker/browser/texts/texts.ts";
import type { WorkerStatus } from "../../../../../worker/status.ts";

const training: WorkerStatus = {
  phase: "training",
  failed: false,
  detail: "computing",
  cause: "other",
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
    expect(said({ blocksDone: 0 })).toMatch(/^Ready to help: .*first piece/u);
    expect(said({ samplesPerSecond: 0 })).toMatch(/^Ready to help: No work/u);
  });

  test("that loads 12.3 MB", () => {
    const loading = { phase: "loading", cause: "download", receivedBytes: 12_345_678 } as const;
    expect(said(loading)).toBe("Getting ready …: Getting the data: mnist, 12.3 MB so far.");
  });

  test("whose run is over, whether the coordinator stays or closes", () => {
    expect(said({ phase: "waiting", cause: "run-over" })).toMatch(/^The run is over: Thank you/u);
    const closed = said({ phase: "retrying", cause: "run-over" });
    expect(closed).toMatch(/^The run is over: .*coordinator has closed/u);
  });

  test("that is paused, by its person or by the browser", () => {
    expect(said({ phase: "paused" })).toMatch(/^Paused/u);
    expect(said({ phase: "paused" }, true)).toMatch(/^Slowed by the browser/u);
  });

  test("that is refused for its token, or lost its connection for a reason without its own text", () => {
    expect(said({ phase: "stopped", cause: "token", failed: true })).toMatch(/^Not let in/u);
    const lost = said({ phase: "retrying", detail: "it slept; trying again" });
    expect(lost).toBe("Connection lost: Trying again by itself (it slept).");
  });
});

group.each(languages)("the texts in %s", (language) => {
  test("have headlines of at most 23 characters, so that none wraps on a phone", () => {
    const phases = ["connecting", "waiting", "paused", "training", "stopped", "retrying"] as const;
    const causes = ["token", "run-over", "coordinator-ended", "unreachable", "full"] as const;
    const headlines = phases.flatMap((phase) => {
      return causes.flatMap((cause) => {
        return [true, false].map((slow) => describe({ ...training, phase, cause }, slow).headline);
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
