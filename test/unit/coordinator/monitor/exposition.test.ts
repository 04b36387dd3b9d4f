/** @file `/metrics`: the text format, and the rows read from views and events. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { env } from "node:process";

import { describe, expect, test } from "vitest";

import { EventCounts } from "../../../../coordinator/monitor/event-counts.ts";
import { exposition, type Family } from "../../../../coordinator/monitor/exposition.ts";
import { metricsOf } from "../../../../coordinator/monitor/metrics.ts";
import { fakeView } from "../console/view/fake-view.ts";

const process = { residentBytes: 1, cpuSeconds: 2, startSeconds: 3 };

/** One line of the format: `name{label="value",…} value`. */
const sampleLine =
  /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (-?\d+(?:\.\d+)?(?:e[+-]\d+)?|NaN|[+-]?Inf)$/u;

test("escapes what the format reserves, and writes infinity in its way", () => {
  const samples = [
    { value: 1.5, labels: { a: 'say "hi"\n\\' } },
    { value: -Infinity },
    { value: Infinity },
    { value: NaN },
  ];
  const text = exposition([
    { name: "x_total", kind: "counter", help: "Of a\\b\nc.", samples },
    { name: "none", kind: "gauge", help: "", samples: [] },
  ]);
  expect(text.split("\n")).toEqual([
    String.raw`# HELP x_total Of a\\b\nc.`,
    "# TYPE x_total counter",
    String.raw`x_total{a="say \"hi\"\n\\"} 1.5`,
    "x_total -Inf",
    "x_total Inf",
    "x_total NaN",
    "",
  ]);
});

test("every row follows the conventions: its name, its type, and lines that the format allows", () => {
  const families = metricsOf({
    view: fakeView({ workers: 3, progress: 0.5 }),
    counts: new EventCounts(),
    process,
  });
  expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
  for (const { name, kind, help } of families) {
    expect(name).toMatch(/^(?:promedio|process)_[a-z_]+$/u);
    expect(name.endsWith("_total") ? "counter" : "gauge").toBe(kind);
    expect(help).toMatch(/^[A-Z1].*\.$/u);
  }
  const lines = exposition(families)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  expect(lines.length).toBeGreaterThan(20);
  expect(lines.filter((line) => !sampleLine.test(line))).toEqual([]);
});

test("counts what happened, and names no worker", () => {
  const counts = new EventCounts();
  const worker = { event: "worker", name: "eve", kind: "node", threads: 1, reason: null } as const;
  counts.add({ ...worker, change: "joined", error: null, workers: 1 });
  counts.add({ ...worker, change: "refused", error: "ERR_TOKEN", workers: 1 });
  counts.add({ event: "failed", step: 1, reason: { code: "no-run-yet", values: {} } });
  const text = exposition(metricsOf({ view: { run: null, workers: [] }, counts, process }));
  expect(text).toContain('promedio_worker_changes_total{change="joined"} 1\n');
  expect(text).toContain('promedio_refusals_total{code="ERR_TOKEN"} 1\n');
  expect(text).toContain('promedio_runs_total{end="failed"} 1\n');
  expect(text).not.toContain("eve");
  expect(text).not.toContain("promedio_run_");
});

/** Every row has a sample: a run in training, with workers, refusals and an evaluation. */
function familiesOfARun(): readonly Family[] {
  const counts = new EventCounts();
  const worker = { event: "worker", name: "eve", kind: "node", threads: 1, reason: null } as const;
  counts.add({ ...worker, change: "refused", error: "ERR_TOKEN", workers: 1 });
  const view = fakeView({ workers: 3, progress: 0.5 });
  return metricsOf({ view, counts, process });
}

describe("the example dashboard for Grafana", () => {
  const path = join(import.meta.dirname, "../../../../coordinator/monitor/grafana.json");
  const text = readFileSync(path, "utf8");
  const families = familiesOfARun();

  test("asks only for rows that /metrics has, and for every one", () => {
    const asked = new Set(text.match(/\b(?:promedio|process)_\w+/gu));
    expect(asked).toEqual(new Set(families.map(({ name }) => name)));
  });

  test("names only labels that its rows have", () => {
    const targets = [...text.matchAll(/"expr": "(.*)",\s+"legendFormat": "(.*)"/gu)];
    expect(targets.length).toBeGreaterThan(20);
    for (const [, expression = "", legend = ""] of targets) {
      const [name = ""] = /(?:promedio|process)_\w+/u.exec(expression) ?? [];
      const samples = families.find((family) => family.name === name)?.samples ?? [];
      const labels = samples.flatMap((sample) => Object.keys(sample.labels ?? {}));
      const shown = [...legend.matchAll(/\{\{(\w+)\}\}/gu)].map(([, label = ""]) => label);
      const chosen = [...expression.matchAll(/(\w+)[!=]=?~?\\"/gu)].map(([, label = ""]) => label);
      const known = new Set([...labels, "instance"]);
      expect([...shown, ...chosen].filter((label) => !known.has(label))).toEqual([]);
    }
  });
});

const python = env["PROMEDIO_PROMETHEUS_PYTHON"] ?? "python3";
const hasParser = spawnSync(python, ["-c", "import prometheus_client"]).status === 0;

test.skipIf(!hasParser)(
  "Prometheus' own parser reads the same values (python3-prometheus-client)",
  () => {
    const families = familiesOfARun();
    const program = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
print(json.dumps([[s.name, s.labels, s.value] for f in parse(sys.stdin.read()) for s in f.samples]))`;
    const read = spawnSync(python, ["-c", program], {
      input: exposition(families),
      encoding: "utf8",
    });
    expect(read.stderr).toBe("");
    expect(JSON.parse(read.stdout)).toEqual(
      families.flatMap(({ name, samples }) => {
        return samples.map(({ labels = {}, value }) => [name, labels, value]);
      }),
    );
  },
);
