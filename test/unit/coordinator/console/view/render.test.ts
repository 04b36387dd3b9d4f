import { stripVTControlCharacters } from "node:util";

import { describe, expect, test } from "vitest";

import { panels } from "../../../../../coordinator/console/view/layout.ts";
import {
  render,
  type ScreenState,
  scrollBy,
} from "../../../../../coordinator/console/view/render.ts";
import { displayWidth } from "../../../../../coordinator/console/view/text.ts";
import type { CoordinatorView } from "../../../../../coordinator/run/view.ts";
import { quoted, sentence } from "../../../../../shared/words/sentence.ts";
import { fakeFingerprint, fakeView } from "./fake-view.ts";

const small: ScreenState = {
  columns: 80,
  rows: 24,
  color: false,
  panel: "overview",
  scroll: { rows: 0, columns: 0 },
  qr: "auto",
  help: false,
  keys: true,
  notice: null,
  log: [{ seconds: 75, text: "epoch 1  test 81.41 %" }],
};
const large: ScreenState = { ...small, columns: 160, rows: 50 };

const keysAtRest = "p pause   s stop   tab panels   q QR   ? help, links   Ctrl-C end";

const training = fakeView({ workers: 5, progress: 0.47 });
const classroom = fakeView({ workers: 60, progress: 0.47 });
const waiting = fakeView({
  workers: 0,
  progress: 0,
  phase: "waiting",
  waitingFor: "waiting for 1 more worker",
});
const noRun: CoordinatorView = {
  joinUrl: "",
  otherJoinUrls: [],
  dashboardUrl: "",
  run: null,
  workers: [],
};

/** The screen as one text, and its lines keyed by their beginnings. */
function screen(view: CoordinatorView, state: ScreenState) {
  const lines = render(view, state);
  return {
    text: lines.join("\n"),
    line: (start: string) => lines.find((l) => l.startsWith(start)),
  };
}

describe("every screen has exactly its size", () => {
  const sizes = [
    [1, 1],
    [20, 5],
    [40, 12],
    [76, 14],
    [80, 24],
    [111, 39],
    [160, 50],
    [300, 100],
  ] as const;
  const views = { training, classroom, waiting, noRun };
  const far = { scroll: { rows: 99, columns: 99 } };
  test.each(sizes)("%i × %i, 4 views, 5 panels, QR code, help and scrolled", (columns, rows) => {
    for (const view of Object.values(views)) {
      for (const panel of panels) {
        for (const color of [true, false]) {
          for (const more of [
            {},
            { qr: "shown" as const },
            { help: true },
            { notice: "sure?" },
            far,
          ]) {
            const lines = render(view, { ...small, columns, rows, color, panel, ...more });
            expect(lines.length).toBe(rows);
            expect(lines.map(displayWidth)).toEqual(lines.map(() => columns));
          }
        }
      }
    }
  });
});

describe("at 80 × 24", () => {
  const { text, line } = screen(training, small);

  test("the head says what runs, where to join, and its progress, quality and speed", () => {
    expect(line("k3x9  mnist·784-16-16-10 sigmoid, softmax·cce·mom")).toMatch(/● training$/u);
    expect(line("join http://192.168.1.20:8080/join#t=V1StGXR8_Z5jdHi6B-myT")).toBeDefined();
    expect(line("━━━━━━━━━")).toContain("46 %  epoch 5/10  step 4,408/9,380  ETA 2.3 s");
    expect(line("accuracy")).toContain(
      "91.21 % test  92.17 % train   loss 0.3089 test  0.2693 train",
    );
    expect(line("1")).toMatch(/samples\/s .* steps\/s .* GB\/s   5 workers   13,002 parameters/u);
  });

  test("all 5 workers have a row, the largest share first", () => {
    const rows = text.split("\n").filter((row) => /working|ready/u.test(row));
    expect(rows.length).toBe(5);
    expect(rows[0]).toMatch(/^Zoë +browser +4 ████▉ 33\.9 % +46\.4 k +1\.7 ms +2,987 [●○] /u);
    expect(rows[4]).toMatch(/^lab-pc-01 +node +1 █▍ +8\.8 %/u);
  });

  test("the promedio table has 5 parameters, 3 of 5 workers, the count of the others, samples, the average", () => {
    expect(text).toMatch(/promedio ─+ mean gradients of step 4,407/u);
    expect(text).toMatch(/lab-p…01 ana's…op +phone +\+2 │ +average/u);
    expect(text).toMatch(/samples +8 +9 +10 +… │ +50/u);
    for (const name of ["L1 15,15→1", "L1 15,15→2", "L1 15,15→3", "L2 1→1", "L3 1→1"]) {
      expect(text).toMatch(new RegExp(`${name} +[+−0].*│ +[+−0]`, "u"));
    }
    const all = screen(training, { ...small, panel: "promedio" });
    expect(all.line("L3 bias 10 ")).toMatch(/│ +[+−]/u);
  });

  test("the promedio says which batch would give work to all, if a step has less", () => {
    const values = { workers: 12, busy: 2, blocks: 2, batchSize: 64, batch: 384 };
    const run = { ...training.run!, idle: sentence("idle-workers-batch", values) };
    const wide = screen({ ...training, run }, { ...small, columns: 140, panel: "promedio" });
    expect(wide.line("a batch of 64 is 2 blocks")).toMatch(/a batch of 384 gives work to all/u);
  });

  test("the loss is drawn in braille, with the test losses as 4 marks, between its axes", () => {
    const chart = text.split("\n").slice(6, 12);
    for (const row of chart) expect(row).toMatch(/^ [ .\d]{5}│/u);
    expect(chart.join("").match(/●/gu)?.length).toBe(4);
    expect(chart.join("")).toMatch(/[\u2801-\u28FF]{3}/u);
    expect(text).toContain("─ step 4,408");
  });

  test("the QR code is hidden until requested, then complete", () => {
    expect(text).not.toContain("█▀▀▀▀▀█");
    const asked = screen(training, { ...small, qr: "shown" }).text;
    expect(asked.match(/█▀▀▀▀▀█|▀▀▀▀▀ ▀|▄▄▄▄▄/gu)?.length).toBeGreaterThan(0);
    expect(asked).toContain("join http://192.168.1.20:8080/join#t=");
  });

  test("the log has its time and the footer names the keys", () => {
    expect(line("01:15 epoch 1  test 81.41 %")).toBeDefined();
    expect(screen(training, { ...small, panel: "log" }).line(keysAtRest)).toBeDefined();
  });
});

describe("at 160 × 50", () => {
  const { text, line } = screen(classroom, large);

  test("the QR code is beside the head, and disappears when hidden", () => {
    expect(render(training, large)[0]).toMatch(/● training +[█▀▄ ]{30,}$/u);
    expect(screen(training, { ...large, qr: "hidden" }).line("promedio  k3x9  mnist")).toMatch(
      /● training$/u,
    );
  });

  test("60 workers are in two tables, and the hidden ones are summed up", () => {
    const rows = text.split("\n").filter((row) => /(?:node|browser) /u.test(row));
    expect(rows[0]).toMatch(/(?:node|browser).*│.*(?:node|browser)/u);
    const left = Number(/… and (\d+) more: [\d.]+ % of the samples/u.exec(text)?.[1]);
    const shown = text.match(/(?:node|browser) +\d /gu)?.length ?? 0;
    expect(shown + left).toBe(60);
    expect(line("── workers 60")).toBeDefined();
  });

  test("the panel of workers alone shows all 60", () => {
    const all = screen(classroom, { ...large, panel: "workers" }).text;
    expect(all.match(/(?:node|browser) +\d /gu)?.length).toBe(60);
  });
});

describe("the dashboard's URL", () => {
  const dashboard = `dashboard ${training.dashboardUrl}`;
  const long = { ...training, dashboardUrl: `http://localhost:8080/#token=${"a".repeat(40)}` };

  test("contains the operator's token: it is in the help, complete, and nowhere else on the largest screen", () => {
    expect(screen(training, { ...small, help: true }).text).toContain(`  ${dashboard} `);
    for (const qr of ["auto", "shown"] as const) {
      expect(screen(long, { ...large, qr }).text).not.toContain("dashboard");
    }
  });
});

test.each([24, 16])("40 columns and %i rows show the links whole in the help", (rows) => {
  const token = "k".repeat(24);
  const view = {
    ...training,
    joinUrl: `http://192.168.100.20:8080/join#token=${token}`,
    dashboardUrl: `http://192.168.100.20:8080/#token=${token}`,
  };
  const lines = render(view, { ...small, columns: 40, rows, help: true });
  const joined = lines.map((line) => line.trimEnd()).join("");
  expect(joined).toContain(`join${view.joinUrl}`);
  expect(joined).toContain(`dashboard${view.dashboardUrl}`);
});

test("80 columns show the end of a long run id before the config, 160 columns show all of it", () => {
  const run = { ...training.run!, id: "20261123-134501-x7kq" };
  expect(render({ ...training, run }, small)[0]).toMatch(/^…x7kq {2}mnist·784-16-16-10 /u);
  expect(render({ ...training, run }, { ...large, qr: "hidden" })[0]).toMatch(
    /^promedio {2}20261123-134501-x7kq {2}mnist /u,
  );
});

/**
 * The panel of all 60 workers at 80 × 24, scrolled by this many rows: their names, and the row that counts the
 * others.
 */
function workersFrom(rows: number) {
  const state: ScreenState = { ...small, panel: "workers", scroll: { rows, columns: 0 } };
  const lines = render(classroom, state);
  const workers = lines.filter((line) => /(?:node|browser) +\d /u.test(line));
  return {
    names: workers.map((line) => line.slice(0, 14).trimEnd()),
    others: lines.find((line) => line.startsWith("…")),
  };
}

/** Header of the promedio table at 80 × 24, with this many of 60 workers hidden on the left. */
function headerFrom(columns: number): string {
  const state: ScreenState = { ...small, panel: "promedio", scroll: { rows: 0, columns } };
  return render(classroom, state)[6] ?? "";
}

describe("60 workers at 80 × 24 are scrolled", () => {
  const down = { rows: 1, columns: 0 };
  const right = { rows: 0, columns: 1 };
  test("by 1 worker: the first row disappears, the next appears, and the last row counts both sides", () => {
    expect(workersFrom(0).names.length).toBe(15);
    expect(workersFrom(1).names.slice(0, -1)).toEqual(workersFrom(0).names.slice(1));
    expect(workersFrom(0).others).toMatch(/^… and 45 more: /u);
    expect(workersFrom(1).others).toMatch(/^… 1 above and 44 more: /u);
    expect(workersFrom(45).others).toMatch(/^… 45 above: /u);
  });

  test("through all 60, and not past the last", () => {
    const seen = new Set(Array.from({ length: 46 }, (_, rows) => workersFrom(rows).names).flat());
    expect(seen.size).toBe(60);
    expect(workersFrom(99).names).toEqual(workersFrom(45).names);
    expect(workersFrom(-5).names).toEqual(workersFrom(0).names);
  });

  test("through the promedio's columns, counted on both sides", () => {
    expect(headerFrom(0)).toMatch(/^ +lab-p…01 ana.s…op .* pi-4 +\+54 │ +average/u);
    expect(headerFrom(1)).toMatch(/^‹1 +ana's…op +phone .* lab-p…06 +\+53 │ +average/u);
    expect(headerFrom(99)).toMatch(/^‹54 .* lab-p…59 {6}│ +average/u);
  });

  test("by keys to the end and back at once, however often they were pressed at the end", () => {
    const state = { ...small, panel: "workers" as const };
    let scroll = state.scroll;
    for (let i = 0; i < 80; i++) scroll = scrollBy(classroom, { ...state, scroll }, down);
    expect(scroll).toEqual({ rows: 45, columns: 0 });
    scroll = scrollBy(classroom, { ...state, scroll }, { rows: -1, columns: 0 });
    expect(scroll).toEqual({ rows: 44, columns: 0 });
  });

  test("not at all if everything is visible", () => {
    const two = fakeView({ workers: 2, progress: 0.5 });
    expect(scrollBy(two, small, down)).toEqual({ rows: 0, columns: 0 });
    expect(scrollBy(two, small, right)).toEqual({ rows: 0, columns: 0 });
    expect(scrollBy(two, { ...small, help: true }, down)).toEqual({ rows: 0, columns: 0 });
  });

  test("and keep their position while another panel is shown", () => {
    const scroll = { rows: 7, columns: 5 };
    expect(scrollBy(classroom, { ...small, scroll, panel: "promedio" }, right).rows).toBe(7);
    expect(scrollBy(classroom, { ...small, scroll, panel: "log" }, down)).toEqual(scroll);
  });

  test("and the keys for it are in the footer, complete in 80 columns, and in the help", () => {
    const { line } = screen(classroom, small);
    expect(line("p pause")?.trimEnd()).toBe(keysAtRest.replace("q QR", "↑↓←→ scroll   q QR"));
    expect(screen(training, small).line("p pause")).toContain("tab panels   ←→ scroll   q");
    const help = screen(classroom, { ...small, help: true }).text;
    expect(help).toContain("↑ ↓ k j  scroll the workers");
    expect(help).toContain("← → h l  scroll the columns of the promedio");
  });

  test("in two tables side by side at 160 × 50 as well", () => {
    const last = scrollBy(classroom, large, { rows: 99, columns: 0 }).rows;
    const text = screen(classroom, { ...large, scroll: { rows: last, columns: 0 } }).text;
    const shown = text.match(/(?:node|browser) +\d /gu)?.length ?? 0;
    expect(shown + last).toBe(60);
    expect(text).toContain(`… ${last} above: `);
  });
});

describe("what it says", () => {
  test("while it waits: the reason, and how to join", () => {
    const { text } = screen(waiting, small);
    expect(text).toContain("◌ waiting");
    expect(text).toContain("\nwaiting for 1 more worker");
    expect(text).toContain("no workers yet: open the join URL on any machine");
  });

  test("when it is finished: the whole fingerprint of 64 digits in 80 columns", () => {
    const finished = fakeView({ workers: 2, progress: 1, phase: "finished" });
    const { text } = screen(finished, small);
    expect(text).toContain("✓ finished");
    expect(text).toContain(`fingerprint ${fakeFingerprint}`);
  });

  test("when it is paused: that the key p resumes", () => {
    const paused = fakeView({ workers: 2, progress: 0.2, phase: "paused" });
    expect(screen(paused, small).text).toContain("p go on");
  });

  test("before there is a run, on 20 × 5", () => {
    expect(render(noRun, { ...small, columns: 20, rows: 5 })[0]).toContain("promedio");
  });

  test("one worker that does everything has its share beside its bar, not in it", () => {
    const view = fakeView({ workers: 1, progress: 0.5 });
    expect(screen(view, small).line("lab-pc-01")).toMatch(/█████ {2}100 % /u);
  });

  test("the relays below a relay have a row each below it, with their workers, and count when rows are short", () => {
    const [first, ...others] = fakeView({ workers: 4, progress: 0.5 }).workers;
    if (first === undefined) throw new Error("a worker");
    const branches = [
      { depth: 1, name: "room-2", workers: 12 },
      { depth: 2, name: "a back row with a long name\u001B[31m", workers: 4 },
    ];
    const crew = { workers: 30, relays: 2, branches };
    const relay = { ...first, name: "school", kind: "relay" as const, share: 0.99, crew };
    const lines = render({ ...training, workers: [...others, relay] }, small);
    const at = lines.findIndex((line) => line.startsWith("school › 30 "));
    expect(lines[at + 1]).toMatch(/^└ room-2 › 12 +$/u);
    expect(lines[at + 2]).toMatch(/^ {2}└ a b\S*… › 4 /u);
    expect(lines.join("")).not.toContain("\u001B[31m");
  });

  test("2 workers with almost the same share are always in the same order", () => {
    const [first, second] = fakeView({ workers: 2, progress: 0.5 }).workers;
    if (first === undefined || second === undefined) throw new Error("two workers");
    const orders = [0.499, 0.501].map((share) => {
      const workers = [
        { ...first, name: "b", share },
        { ...second, name: "a", share: 1 - share },
      ];
      const lines = render({ ...training, workers }, small);
      return (
        lines.findIndex((l) => l.startsWith("a ")) < lines.findIndex((l) => l.startsWith("b "))
      );
    });
    expect(orders).toEqual([true, true]);
  });
});

describe("colour", () => {
  const colored = render(training, { ...small, color: true }).join("\n");

  test("distinguishes positive (blue) from negative (orange) gradients, like the dashboard, and is absent without it", () => {
    const [positive, negative] = ["[38;5;32m", "[38;5;166m"];
    const gradients = colored.split("\u001B").filter((part) => /m +[+−]\d/u.test(part));
    expect(gradients.length).toBeGreaterThan(15);
    for (const part of gradients) {
      expect(part.slice(0, part.indexOf("m") + 1)).toBe(part.includes("−") ? negative : positive);
    }
    expect(render(training, small).join("")).not.toContain("\u001B");
  });

  test("changes no character: without it the screen is the same", () => {
    expect(stripVTControlCharacters(colored)).toBe(render(training, small).join("\n"));
  });
});

test("a worker's name, agent and a title full of escape sequences put none on the screen", () => {
  const evil = "\u001B[2J\u001B]0;owned\u0007\u009B31mevil\n\r\u202E";
  const worker = { ...training.workers[0]!, name: evil, agent: evil };
  const run = {
    ...training.run!,
    title: quoted(evil),
    waitingFor: quoted(evil),
    promedio: { ...training.run!.promedio!, workers: [evil] },
  };
  const text = render({ ...training, run, workers: [worker] }, large).join("");
  expect(text).toContain("evil");
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202E]/u);
});
