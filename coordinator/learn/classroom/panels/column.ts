/**
 * @file *My column*: every device takes one observation, computes its gradient with the network of one moment, and fills in a
 * column of the promedio table. The mean settles as people join. A computation beside the run: nothing of it enters there.
 */
import type { Answer } from "../../../classroom/messages.ts";
import { create, fillBody, fillHead, setText } from "../../../dashboard/page.ts";
import { Pad } from "../../controls/pad.ts";
import type { Pen } from "../../draw/pen.ts";
import { figures } from "../../language.ts";
import { tableParameters } from "../../models/averages.ts";
import { answerOf, type AnswerOf, type Observed, type Question } from "../../models/questions.ts";
import type { Asking } from "../../network-page.ts";
import { nameOf, signedIn } from "../../sections/backpropagation/words.ts";
import { drawingOf, drawingText } from "../../state/drawing.ts";
import { answersOf, type ClassState } from "../class-state.ts";
import { dealtDigit } from "../deal.ts";
import { Pace } from "../pace.ts";
import { say } from "../texts.ts";
import { Chart } from "./chart.ts";
import { digitPicture } from "./digit-picture.ts";
import { dealtTo, stepOf } from "./own-column.ts";
import { button, cardOf, type Panel, type PanelHost, told } from "./panel.ts";
import { type Row, rowsOf, settlingOf } from "./settle.ts";

type Column = AnswerOf<"column">;
type Told = Extract<Answer, { kind: "column" }>;

/** A drawing is computed while it grows, less often than `answerRate`. */
const drawPaceMs = 700;
const pictureSide = 84;
const headSide = 34;

export class ColumnPanel implements Panel, Asking {
  readonly element = cardOf(say("column"), say("columnLead"));
  readonly sight: HTMLElement;
  readonly #host: PanelHost;
  readonly #own = create("div", "class-own");
  readonly #mine = create("div", "pictures");
  readonly #result = told("numbers");
  readonly #moment = create("p", "soft");
  readonly #picker = create("select");
  readonly #chart: Chart;
  readonly #numbers = told("numbers");
  readonly #table = create("table", "columns");
  /** What this device looks at; `undefined` until it is known. */
  #observation: Observed | undefined;
  #isDrawn = false;
  #isDealing = false;
  /** What was sent last, and what is shown of it. */
  #sent = "";
  #drawnAs = "";
  #state: ClassState | undefined;
  #shownColumns = "";

  constructor(host: PanelHost) {
    this.#host = host;
    this.#chart = new Chart(host.page.theme);
    this.sight = this.#chart.element;
    if (host.send !== undefined) this.#buildOwn();
    const picking = create("label", "", `${say("row")} `);
    this.#picker.append(
      ...tableParameters.map((parameter) => new Option(nameOf(parameter), String(parameter))),
    );
    this.#picker.value = String(tableParameters.at(-1));
    this.#picker.addEventListener("change", () => this.answered());
    picking.append(this.#picker);
    const scroll = create("div", "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "group");
    scroll.setAttribute("aria-label", say("columnTable"));
    scroll.append(this.#table);
    // What comes later, as the sentence of the moment, is below the chart, which would otherwise leave a projector's screen.
    this.element.append(
      this.#own,
      this.#chart.element,
      this.#moment,
      picking,
      this.#numbers,
      scroll,
    );
  }

  answered(): void {
    if (this.#state !== undefined) this.show(this.#state);
  }

  themed(): void {
    this.#shownColumns = "";
    this.#drawnAs = "";
    this.answered();
  }

  show(state: ClassState): void {
    this.#state = state;
    const run = this.#host.run();
    if (run === undefined) return setText(this.#numbers, say("computing"));
    const moment =
      run === null ? say("momentOwn") : say("momentRun", { step: figures.whole(run.step) });
    setText(this.#moment, moment);
    const column = this.#compute(stepOf(run));
    const all = answersOf(state, "column").map(({ answer }) => answer);
    const rows = rowsOf(
      tableParameters,
      all.map(({ values }) => values),
    );
    this.#showTable(rows, all, column);
    this.#showChart(rows, all, column);
  }

  // ── this device's observation ──────────────────────────────────────────────────────────────────────────────────

  #buildOwn(): void {
    const digit = dealtDigit(this.#host.seat);
    const pace = new Pace(drawPaceMs, () => this.answered());
    const pad = new Pad((pixels) => {
      this.#isDrawn = true;
      this.#observation = {
        label: digit,
        pixels: Array.from(pixels, (ink) => Math.round(255 * ink)),
      };
      pace.ask();
    });
    const drawn = create("div", "pad");
    const again = button(
      say("takeBatch"),
      () => {
        pad.show(undefined);
        this.#isDrawn = false;
        this.#observation = undefined;
        this.answered();
      },
      "small",
    );
    drawn.append(pad.canvas, again);
    const fold = create("details");
    fold.append(create("summary", "", say("drawOwn", { digit: String(digit) })), drawn);
    this.#own.append(this.#mine, this.#result, fold);
  }

  async #deal(): Promise<void> {
    const { seat, page, run } = this.#host;
    const at = run();
    if (this.#isDealing || at === undefined) return;
    this.#isDealing = true;
    try {
      const dealt = await dealtTo(seat, at, page.token);
      // Somebody may have drawn meanwhile.
      if (!this.#isDrawn) this.#observation = dealt;
      this.answered();
    } catch {
      setText(this.#result, say("noAnswer"));
    } finally {
      this.#isDealing = false;
    }
  }

  /** The column of this device; a lecturer's page, too, needs one for the means of all digits. */
  #compute(step: number): Column | undefined {
    if (this.#observation === undefined) void this.#deal();
    const observation = this.#observation;
    if (observation === undefined) return undefined;
    const question: Question = { kind: "column", step, observation, parameters: tableParameters };
    const given = this.#host.page.ask(question, this);
    if (given === "failed") setText(this.#result, say("noAnswer"));
    const column = answerOf("column", given === "failed" ? undefined : given);
    if (column !== undefined && this.#host.send !== undefined) this.#tell(column);
    return column;
  }

  #tell(column: Column): void {
    const { label, pixels, values, cosine, outputs, count } = column;
    const picture = drawingText(label, pixels);
    const message: Told = {
      kind: "column",
      picture,
      isDrawn: this.#isDrawn,
      values: [...values],
      cosine,
    };
    const key = JSON.stringify(message);
    if (key === this.#drawnAs) return;
    this.#drawnAs = key;
    if (key !== this.#sent) this.#host.send?.(message);
    this.#sent = key;
    const texts = {
      label: String(label),
      share: figures.percent(outputs[label] ?? NaN, 0),
      cosine: figures.fixed(cosine, 2).replace("-", "−"),
      count: figures.whole(count),
    };
    this.#mine.replaceChildren(digitPicture(pixels, say("yourDigit", texts), pictureSide));
    setText(this.#result, say(this.#isDrawn ? "columnDrawn" : "columnDealt", texts));
  }

  // ── the class ──────────────────────────────────────────────────────────────────────────────────────────────────

  #showTable(rows: readonly Row[], all: readonly Told[], column: Column | undefined): void {
    const key = JSON.stringify([all, column?.id]);
    if (key === this.#shownColumns) return;
    this.#shownColumns = key;
    const count = figures.whole(all.length);
    const means = column?.means;
    fillHead(this.#table, [
      say("parameter"),
      say("meanOfClass", { count }),
      say("meanOfAll", { count: column === undefined ? "…" : figures.whole(column.count) }),
      ...all.map(({ picture }) => picture.charAt(0)),
    ]);
    const cells = this.#table.tHead?.rows[0]?.cells;
    for (const [i, { picture }] of all.entries()) {
      const { digit, pixels = new Float32Array(784) } = drawingOf(picture);
      cells?.[3 + i]?.replaceChildren(digitPicture(pixels, String(digit), headSide));
    }
    fillBody(
      this.#table,
      rows.map(({ parameter, values, mean }, row) => {
        const largest = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
        const cell = (value: number) => ({
          text: cellText(value),
          className: "number",
          tint: value / largest,
        });
        return [
          { text: nameOf(parameter) },
          { ...cell(mean), className: "number mean" },
          { ...cell(means?.[row] ?? NaN), className: "number" },
          ...values.map(cell),
        ];
      }),
    );
  }

  #showChart(rows: readonly Row[], all: readonly Told[], column: Column | undefined): void {
    const index = tableParameters.findIndex((each) => String(each) === this.#picker.value);
    const row = rows[index];
    const full = column?.means[index];
    if (row === undefined) return;
    const text = textOf(row, full, all);
    setText(this.#numbers, text);
    const settling = settlingOf(row.values);
    const sizes = [...row.values, full ?? 0].map(Math.abs);
    const reach = 1.1 * Math.max(...sizes, 1e-6);
    const axes = {
      x: { from: 0, to: Math.max(6, all.length + 1), label: say("devices") },
      y: { from: -reach, to: reach, label: say("gradientOf", { name: nameOf(row.parameter) }) },
    };
    const draw = (pen: Pen) => drawSettling(pen, { row, settling, full });
    this.#chart.show({ axes, label: `${say("columnPicture")} ${text}`, draw });
  }
}

function textOf(row: Row, full: number | undefined, all: readonly Told[]): string {
  if (all.length === 0) return say("columnNone");
  const cosines = all.map(({ cosine }) => cosine).toSorted((a, b) => a - b);
  return say("columnNumbers", {
    name: nameOf(row.parameter),
    count: figures.whole(all.length),
    mean: signedIn(figures, row.mean),
    full: full === undefined ? "…" : signedIn(figures, full),
    cosine: figures.fixed(cosines[Math.floor(cosines.length / 2)] ?? NaN, 2).replace("-", "−"),
  });
}

function cellText(value: number): string {
  if (!Number.isFinite(value)) return "…";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 5e-4 ? figures.fixed(size, 4) : figures.shortest(size);
  return (value < 0 ? "−" : "+") + text;
}

interface Settling {
  readonly row: Row;
  readonly settling: ReturnType<typeof settlingOf>;
  readonly full: number | undefined;
}

/** A dot a column, the mean of the first 1, 2, 3 … with its standard error, and the mean of all digits. */
function drawSettling(pen: Pen, { row, settling, full }: Settling): void {
  pen.drawAxes();
  const { x, y } = pen.frame.axes;
  pen.inside(() => {
    for (const { count, mean, error } of settling) {
      const [left, right] = [count - 0.5, count + 0.5];
      pen.box(
        { x: left, y: mean - error },
        { x: right, y: mean + error },
        { ink: "series-1", alpha: 0.18 },
      );
    }
    for (const [i, value] of row.values.entries()) {
      pen.mark(
        { x: i + 1, y: value },
        { ink: value < 0 ? "negative" : "positive", radius: 4, alpha: 0.8 },
      );
    }
    const means = settling.map(({ count, mean }) => ({ x: count, y: mean }));
    pen.line(means, { ink: "series-1", width: 3 });
  });
  if (full === undefined) return;
  pen.horizontal(full, { ink: "good", dash: [6, 4], width: 2 });
  pen.words(
    say("allDigits"),
    { x: x.to, y: Math.min(full, y.to) },
    { ink: "good", align: "right", shift: [-4, -7], isBold: true },
  );
}
