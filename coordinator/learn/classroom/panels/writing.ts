/**
 * @file *Our handwriting*: everybody draws a digit, and the drawings are a test set that nobody prepared. The network's
 * accuracy on them, what it takes for what, and, of its most confident mistake, what spoke for it.
 */
import { create, fillBody, fillHead, setText } from "../../../dashboard/page.ts";
import { Pad } from "../../controls/pad.ts";
import { figures } from "../../language.ts";
import { guessOf, mistakeOf, worstOf } from "../../models/mistake.ts";
import { answerOf, type AnswerOf, type Question } from "../../models/questions.ts";
import type { Asking } from "../../network-page.ts";
import { drawingText } from "../../state/drawing.ts";
import { answersOf, type ClassState } from "../class-state.ts";
import { dealtDigit } from "../deal.ts";
import { Pace } from "../pace.ts";
import { say } from "../texts.ts";
import { digitPicture, signedPicture } from "./digit-picture.ts";
import { cardOf, type Panel, type PanelHost, told } from "./panel.ts";

type Readings = AnswerOf<"readings">;

/** Later than any step of a network: its newest state. */
const newest = 1_000_000_000;
/** A drawing is sent while it grows, less often than `answerRate`. */
const drawPaceMs = 700;
/** Pixels of the pictures of a mistake: two fit beside each other on a phone. */
const mistakeSide = 150;
/** Neurons that a sentence names. */
const namedUnits = 3;

export class WritingPanel implements Panel, Asking {
  readonly element = cardOf(say("writing"), say("writingLead"));
  readonly sight = this.element;
  readonly #host: PanelHost;
  readonly #own = create("div", "class-own");
  readonly #sent = told("numbers");
  readonly #room = create("div", "class-room");
  readonly #numbers = told("numbers");
  #state: ClassState | undefined;
  #shownId = 0;

  constructor(host: PanelHost) {
    this.#host = host;
    const digit = dealtDigit(host.seat);
    const { send } = host;
    if (send !== undefined) {
      let picture = "";
      const pace = new Pace(drawPaceMs, () => send({ kind: "writing", picture }));
      const pad = new Pad((pixels) => {
        picture = drawingText(digit, pixels);
        pace.ask();
        setText(this.#sent, say("writingSent"));
      });
      const drawn = create("div", "pad");
      const clear = create("button", "small", say("drawAgain"));
      clear.type = "button";
      clear.addEventListener("click", () => pad.show(undefined));
      drawn.append(pad.canvas, clear);
      this.#own.append(
        create("p", "question", say("drawThis", { digit: String(digit) })),
        drawn,
        this.#sent,
      );
    }
    this.element.append(this.#own, this.#numbers, this.#room);
  }

  answered(): void {
    if (this.#state !== undefined) this.show(this.#state);
  }

  themed(): void {
    this.#shownId = 0;
    this.answered();
  }

  show(state: ClassState): void {
    this.#state = state;
    const isOpen = state.activity?.phase === "open";
    this.#own.hidden = !isOpen;
    this.#room.hidden = isOpen;
    if (isOpen) return setText(this.#numbers, this.#countText(state));
    const pictures = answersOf(state, "writing").map(({ answer }) => answer.picture);
    if (pictures.length === 0) return setText(this.#numbers, say("writingNone"));
    // The page still has another network, whose answers would be shown and then taken back.
    if (this.#host.run() === undefined) return setText(this.#numbers, say("computing"));
    const question: Question = { kind: "readings", step: newest, pictures };
    const answer = this.#host.page.ask(question, this);
    if (answer === "failed") return setText(this.#numbers, say("noAnswer"));
    const readings = answerOf("readings", answer);
    if (readings === undefined) return setText(this.#numbers, say("computing"));
    setText(this.#numbers, textOf(readings));
    if (readings.id === this.#shownId) return;
    const isFirst = this.#shownId === 0;
    this.#shownId = readings.id;
    this.#room.replaceChildren(...partsOf(readings));
    // Browsers keep what is below in its place when something above it grows.
    if (isFirst) this.element.scrollIntoView({ block: "start" });
  }

  #countText({ activity, people }: ClassState): string {
    const answered = activity?.answered ?? 0;
    const of = {
      answered: figures.whole(answered),
      people: figures.whole(Math.max(people, answered)),
    };
    return say("writingCount", of);
  }
}

function textOf({ readings, accuracy }: Readings): string {
  const right = readings.filter((reading) => guessOf(reading).digit === reading.label).length;
  return say("writingNumbers", {
    right: figures.whole(right),
    count: figures.whole(readings.length),
    share: figures.percent(right / readings.length, 0),
    data: figures.percent(accuracy, 0),
  });
}

function partsOf(answer: Readings): readonly HTMLElement[] {
  const worst = worstOf(answer.readings);
  const gallery = create("ul", "gallery");
  gallery.append(...answer.readings.map(galleryItem));
  return [
    ...(worst === undefined ? [] : mistakeParts(answer, worst)),
    create("h3", "", say("writingAll")),
    gallery,
    create("h3", "", say("confusion")),
    confusion(answer),
  ];
}

function galleryItem(reading: Readings["readings"][number]): HTMLElement {
  const { digit, share } = guessOf(reading);
  const isRight = digit === reading.label;
  const values = {
    drawn: String(reading.label),
    read: String(digit),
    share: figures.percent(share, 0),
  };
  const item = create("li", isRight ? "right" : "wrong");
  item.append(
    digitPicture(reading.pixels, say("readAs", values)),
    create("span", "", isRight ? `${digit} ✓` : `${reading.label} → ${digit} ✗`),
  );
  return item;
}

function mistakeParts({ readings, parameters }: Readings, worst: number): readonly HTMLElement[] {
  const reading = readings[worst];
  if (reading === undefined) return [];
  const { digit: read, share } = guessOf(reading);
  const drawn = reading.label;
  const { units, pixels, lead, bias } = mistakeOf(parameters, reading.pixels, { read, drawn });
  const named = units
    .map((value, unit) => ({ value, unit }))
    .toSorted((a, b) => b.value - a.value)
    .slice(0, namedUnits);
  const values = { read: String(read), drawn: String(drawn), share: figures.percent(share, 0) };
  const pictures = create("div", "pictures");
  pictures.append(
    digitPicture(reading.pixels, say("readAs", values), mistakeSide),
    signedPicture(pixels, say("mistakePixels", values), mistakeSide),
  );
  const against = units.reduce((sum, value) => sum + Math.min(0, value), 0);
  return [
    create("h3", "", say("mistake")),
    pictures,
    create("p", "", say("mistakeIs", values)),
    create("p", "", say("mistakePixels", values)),
    create(
      "p",
      "",
      say("mistakeUnits", {
        ...values,
        lead: figures.fixed(lead, 1),
        units: named.map(({ unit, value }) => `${unit} (${signed(value)})`).join(", "),
        against: signed(against),
        bias: signed(bias),
      }),
    ),
  ];
}

function signed(value: number): string {
  return (value < 0 ? "−" : "+") + figures.fixed(Math.abs(value), 1);
}

/** What was drawn, by row, and what was read. Rows that nobody drew are left out. */
function confusion({ readings }: Readings): HTMLElement {
  const table = create("table", "confusion");
  const digits = Array.from({ length: 10 }, (_, digit) => digit);
  fillHead(table, [say("drawnRead"), ...digits.map(String)]);
  const rows = digits.flatMap((drawn) => {
    const guesses = readings
      .filter(({ label }) => label === drawn)
      .map((each) => guessOf(each).digit);
    if (guesses.length === 0) return [];
    const counts = digits.map((read) => guesses.filter((guess) => guess === read).length);
    const cells = counts.map((count, read) => ({
      text: count === 0 ? "" : figures.whole(count),
      className: read === drawn ? "number right" : "number",
      tint: (read === drawn ? 1 : -1) * (count / guesses.length),
    }));
    return [[{ text: String(drawn) }, ...cells]];
  });
  fillBody(table, rows);
  const scroll = create("div", "scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-label", say("confusion"));
  scroll.append(table);
  return scroll;
}
