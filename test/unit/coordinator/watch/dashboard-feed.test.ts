/** @file The messages to each dashboard; none receives anything twice. */
import { beforeEach, describe, expect, test } from "vitest";

import { Progress } from "../../../../coordinator/run/progress.ts";
import type {
  CoordinatorView,
  EvaluationView,
  RunRecordView,
} from "../../../../coordinator/run/view.ts";
import type { CurrentRun } from "../../../../coordinator/runs.ts";
import { type Cursor, DashboardFeed } from "../../../../coordinator/watch/dashboard-feed.ts";
import type { Target } from "../../../../shared/data/dataset.ts";
import { quoted } from "../../../../shared/words/sentence.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

const view: CoordinatorView = {
  joinUrl: "",
  otherJoinUrls: [],
  dashboardUrl: "",
  run: null,
  workers: [],
};

let progress: Progress;
let current: CurrentRun;
let records: RunRecordView[];
let views: number;
let feed: DashboardFeed;
let cursor: Cursor;

beforeEach(() => {
  progress = new Progress();
  current = runOf(1);
  records = [];
  views = 0;
  feed = new DashboardFeed({
    current: () => current,
    records: () => records,
    view: () => {
      views += 1;
      return view;
    },
    timeline: () => null,
    wallMs: () => 0,
  });
  cursor = feed.newCursor();
});

const target: Target = { kind: "classes", count: 2, names: ["no", "yes"] };
const splits = { train: { count: 9 }, test: { count: 3 } };
const dataset = { dataset: { target, featureShape: [2, 3], ...splits } };
const prepared = { config: testConfig({}), data: { validation: 0.25 }, dataset };

/** A run as far as the feed looks at it. */
function runOf(number: number): CurrentRun {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the feed looks at nothing else
  return { number, run: { progress }, prepared } as unknown as CurrentRun;
}

/** The kinds of news; binary ones as `points:from+count`. */
function kinds(who = cursor): string[] {
  return feed.news(who).map((message) => {
    if (typeof message === "string") return String(JSON.parse(message).kind);
    const head = new DataView(message.buffer);
    return `points:${head.getUint32(8, true)}+${(message.length - 12) / 24}`;
  });
}

function train(steps: number): void {
  for (let i = 0; i < steps; i++) {
    progress.addStep(i, { lossSum: 1, correct: 1, samples: 1 }, 1);
  }
}

function evaluated(split: "validation" | "test", step: number): EvaluationView {
  return { split, step, epoch: 1, loss: 1, metrics: {}, sums: [] };
}

/** The splits of the evaluations in the next news. */
function shown(): string[] {
  feed.refresh();
  const texts = feed.news(cursor).filter((message) => typeof message === "string");
  const tests = texts.map((text) => JSON.parse(text)).filter(({ kind }) => kind === "tests");
  return tests.map(({ evaluation }) => evaluation.split);
}

describe("a dashboard", () => {
  test("receives the run, 3 points and the state, then only 2 new points", () => {
    train(3);
    expect(kinds()).toEqual(["run", "tests", "points:0+3", "state"]);
    train(2);
    feed.refresh();
    expect(kinds()).toEqual(["points:3+2", "state"]);
    feed.refresh();
    expect(kinds()).toEqual(["state"]);
  });

  test("that comes late receives everything, and 40,000 points in 3 messages", () => {
    train(40_000);
    expect(kinds()).toContain("points:0+16384");
    expect(kinds()).toContain("points:16384+16384");
    expect(kinds()).toContain("points:32768+7232");
  });

  test("receives everything again when another run starts", () => {
    train(3);
    kinds();
    progress = new Progress();
    current = runOf(2);
    feed.refresh();
    expect(kinds()).toEqual(["run", "tests", "state"]);
  });

  test("receives the test split's evaluation at the end, in place of the validation split's of the same step", () => {
    progress.evaluation = evaluated("validation", 5);
    expect([shown(), shown()]).toEqual([["validation"], []]);
    progress.finalTest = evaluated("test", 5);
    expect([shown(), shown()]).toEqual([["test"], []]);
    // A run that is extended is watched with the validation split again.
    progress.evaluation = evaluated("validation", 9);
    expect(shown()).toEqual(["validation"]);
  });

  test("learns what a run's samples and targets are, and how many each split has", () => {
    expect(JSON.parse(String(feed.news(cursor)[0]))).toEqual({
      kind: "run",
      number: 1,
      config: testConfig({}),
      target,
      counts: { train: 9, validation: 0, test: 3 },
      featureShape: [2, 3],
      record: null,
      validation: 0.25,
    });
  });

  test("receives each event once, and never the tokens or a path of this machine", () => {
    kinds();
    feed.event({
      event: "listening",
      url: "",
      joinUrl: "#secret",
      otherJoinUrls: [],
      dashboardUrl: "#secret",
    });
    feed.event({ event: "warning", message: quoted("careful") });
    feed.event({
      event: "finished",
      steps: 1,
      seconds: 1,
      testLoss: null,
      testAccuracy: null,
      isBetterThanGuess: true,
      testMetrics: null,
      validationLoss: null,
      validationMetrics: null,
      samplesPerSecond: 1,
      stepsPerSecond: 1,
      fingerprint: "f",
      checkpoint: "/home/ada/runs",
    });
    feed.refresh();
    const news = feed.news(cursor);
    expect(news).toHaveLength(3);
    expect(news.join()).not.toMatch(/secret|ada/u);
    feed.refresh();
    expect(kinds()).toEqual(["state"]);
  });

  test("shares one encoding with 9 others", () => {
    train(3);
    const all = Array.from({ length: 10 }, () => feed.news(feed.newCursor()));
    expect(views).toBe(1);
    for (const news of all) expect(news[2]).toBe(all[0]![2]);
  });
});
