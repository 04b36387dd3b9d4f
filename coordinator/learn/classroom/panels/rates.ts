/**
 * @file *A rate each*: every device trains the same network on the same digits with a learning rate of its own, and the
 * curve of the cost against the rate appears dot by dot. That a network diverged is a result, too.
 */
import type { Activity, Answer } from "../../../classroom/messages.ts";
import { classOptimizers, classStepsMax } from "../../../classroom/rates.ts";
import { create, setText } from "../../../dashboard/page.ts";
import { createControl } from "../../controls/controls.ts";
import type { Pen } from "../../draw/pen.ts";
import { figures, shortly } from "../../language.ts";
import { answerOf, type AnswerOf, type Question } from "../../models/questions.ts";
import type { Asking } from "../../network-page.ts";
import { type NumberField, numberField } from "../../state/schema.ts";
import { answersOf, type ClassState } from "../class-state.ts";
import { dealtRate, rateRange } from "../deal.ts";
import { say } from "../texts.ts";
import { Chart } from "./chart.ts";
import { button, cardOf, type Panel, type PanelHost, told } from "./panel.ts";

type Rates = Extract<Activity, { kind: "rates" }>;
type Told = Extract<Answer, { kind: "rates" }>;

/** Lengths that a lecturer may choose. */
const stepsOffered = [25, 50, 100, 200, classStepsMax];
/** What is opened first: enough to see what a rate does, few enough for a second on a phone. */
export const usual: Rates = { kind: "rates", optimizer: "sgd", steps: 100 };
/** A cost above so many times the first one is off the picture. */
const costMax = 1.25;

export class RatesPanel implements Panel, Asking {
  readonly element: HTMLElement;
  readonly sight: HTMLElement;
  readonly #host: PanelHost;
  readonly #activity: Rates;
  readonly #field: NumberField;
  readonly #own = create("div", "class-own");
  readonly #result = told("numbers");
  readonly #chart: Chart;
  readonly #numbers = told("numbers");
  /** The rate that this device trains with; `undefined` for a lecturer. */
  #rate: number | undefined;
  /** The rate whose result is shown, and what was sent of it. */
  #told: number | undefined;
  #sent = "";
  #state: ClassState | undefined;

  constructor(host: PanelHost) {
    this.#host = host;
    const { activity, page, send, seat, open } = host;
    this.#activity = activity.kind === "rates" ? activity : usual;
    const { optimizer, steps } = this.#activity;
    const { min, max } = rateRange(optimizer);
    this.#field = numberField(min, max, { scale: "log" });
    const what = { steps: figures.whole(steps), optimizer: say(`with-${optimizer}`) };
    this.element = cardOf(say("rates"), say("ratesLead", what));
    this.#chart = new Chart(page.theme);
    if (send !== undefined) this.#buildOwn(dealtRate(seat, optimizer));
    if (open !== undefined) this.#buildChoice(open);
    this.sight = this.#chart.element;
    this.element.append(this.#own, this.#chart.element, this.#numbers);
  }

  answered(): void {
    if (this.#state !== undefined) this.show(this.#state);
  }

  themed(): void {
    this.answered();
  }

  show(state: ClassState): void {
    this.#state = state;
    const first = this.#train();
    const all = answersOf(state, "rates").map(({ answer }) => answer);
    if (first === undefined) {
      // A lecturer's page, which has no rate of its own, would show nothing at all.
      if (this.#rate === undefined) setText(this.#numbers, say("training"));
      return;
    }
    const text = textOf(all, first);
    setText(this.#numbers, text);
    const axes = {
      x: { from: this.#field.min, to: this.#field.max, scale: "log", label: say("rateAxis") },
      y: {
        from: 0,
        to: first * costMax,
        label: say("costAxis", { steps: figures.whole(this.#activity.steps) }),
      },
    } as const;
    const draw = (pen: Pen) => drawCurve(pen, { all, own: this.#rate, first });
    this.#chart.show({ axes, label: `${say("ratesPicture")} ${text}`, draw });
  }

  #buildOwn(dealt: number): void {
    this.#rate = dealt;
    let chosen = dealt;
    const control = createControl(
      {
        id: "class-rate",
        field: this.#field,
        label: say("yourRate"),
        changed: (value) => {
          chosen = Number(value);
          control.show(chosen);
        },
      },
      String,
    );
    control.show(dealt);
    const train = button(say("train"), () => {
      this.#rate = chosen;
      this.answered();
    });
    this.#own.append(control.element, train, this.#result);
  }

  /** The lecturer may have the class train in another way. */
  #buildChoice(open: (activity: Activity) => void): void {
    const optimizer = create("select");
    optimizer.append(...classOptimizers.map((each) => new Option(say(`with-${each}`), each)));
    optimizer.value = this.#activity.optimizer;
    const steps = create("select");
    steps.append(...stepsOffered.map((each) => new Option(figures.whole(each), String(each))));
    steps.value = String(this.#activity.steps);
    const again = button(say("trainAgain"), () => {
      const name = classOptimizers.find((each) => each === optimizer.value) ?? usual.optimizer;
      open({ kind: "rates", optimizer: name, steps: Number(steps.value) });
    });
    const choice = create("div", "class-choice");
    choice.append(labelled(say("optimizer"), optimizer), labelled(say("steps"), steps), again);
    this.#own.append(choice);
  }

  /** Trains with this device's rate, and tells the class. @returns The cost before the first step, once it is known. */
  #train(): number | undefined {
    // Without a rate of its own, the page still needs the first cost for its picture.
    const { optimizer, steps } = this.#activity;
    const rate = this.#rate ?? dealtRate(1, optimizer);
    const question: Question = { kind: "rate", optimizer, rate, steps };
    const given = this.#host.page.ask(question, this);
    if (given === "failed") setText(this.#result, say("noAnswer"));
    else if (given === undefined && rate !== this.#told) setText(this.#result, say("training"));
    const answer = answerOf("rate", given === "failed" ? undefined : given);
    if (answer === undefined || this.#rate === undefined) return answer?.first;
    this.#tell(rate, answer);
    return answer.first;
  }

  #tell(rate: number, { first, cost, taken }: AnswerOf<"rate">): void {
    const values = {
      rate: shortly(rate),
      first: shortly(round(first)),
      steps: figures.whole(taken),
    };
    const text =
      cost === null
        ? say("youDiverged", values)
        : say("youTrained", { ...values, cost: shortly(round(cost)) });
    setText(this.#result, text);
    this.#told = rate;
    const message: Told = { kind: "rates", rate, cost, steps: taken };
    const key = JSON.stringify(message);
    if (key === this.#sent) return;
    this.#sent = key;
    this.#host.send?.(message);
  }
}

function labelled(text: string, control: HTMLElement): HTMLElement {
  const label = create("label", "", `${text} `);
  label.append(control);
  return label;
}

/** The best of all so far, and how many ended worse than they began. */
function textOf(all: readonly Told[], first: number): string {
  const [best] = all.toSorted((a, b) => (a.cost ?? Infinity) - (b.cost ?? Infinity));
  if (best === undefined) return say("ratesNone");
  const worse = all.filter(({ cost }) => cost === null || cost > first).length;
  return say("ratesNumbers", {
    count: figures.whole(all.length),
    worse: figures.whole(worse),
    rate: shortly(best.rate),
    cost: best.cost === null ? "∞" : shortly(round(best.cost)),
  });
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

interface Curve {
  readonly all: readonly Told[];
  readonly own: number | undefined;
  readonly first: number;
}

function drawCurve(pen: Pen, { all, own, first }: Curve): void {
  pen.drawAxes();
  const { x, y } = pen.frame.axes;
  pen.horizontal(first, { ink: "soft", dash: [5, 4], width: 1.5 });
  pen.words(
    say("beforeTraining"),
    { x: x.to, y: first },
    { ink: "soft", align: "right", shift: [-6, -6], isSmall: true },
  );
  const sorted = all.toSorted((a, b) => a.rate - b.rate);
  const shown = sorted.map(({ rate, cost }) => ({ x: rate, y: Math.min(cost ?? NaN, y.to) }));
  pen.line(shown, { ink: "series-1", width: 1.5, alpha: 0.5 });
  for (const each of all) {
    const isOwn = each.rate === own;
    const isOff = each.cost === null || each.cost > y.to;
    const place = { x: each.rate, y: isOff ? y.to : (each.cost ?? 0) };
    pen.mark(place, {
      ink: isOff ? "bad" : isOwn ? "accent" : "series-1",
      shape: isOff ? "cross" : isOwn ? "diamond" : "circle",
      radius: isOwn ? 8 : 6,
    });
    if (isOwn)
      pen.words(say("you"), place, {
        ink: "accent",
        isBold: true,
        align: "center",
        shift: [0, isOff ? 22 : -12],
      });
  }
}
