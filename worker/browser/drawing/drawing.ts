/**
 * @file A digit of one's own on the join page: what the network reads in it now, and its column of the promedio. Its pad and
 * its arithmetic are a script of their own, which is loaded when somebody opens it; what this device computes for the run
 * has nothing to do with it.
 */
import type {
  Drawing,
  DrawingScript,
  NoReading,
  Reading,
} from "../../../shared/pages/drawing-script.ts";
import { element, setText } from "../page.ts";
import { figure, said, say, signed } from "../texts/language.ts";

const door = element("draw", HTMLAnchorElement);
const card = element("drawing", HTMLElement);
const digit = element("drawn-digit", HTMLSelectElement);
const answer = element("drawn-answer", HTMLElement);
const how = element("drawn-how", HTMLElement);
const table = element("drawn-column", HTMLTableElement);

let drawing: Drawing | undefined;
let isLoading = false;
let last: Reading | NoReading = "nothing";
/** Whether the run learns digits, of which the pad is one. */
let isDrawable = false;

/** @param token - Of the page's address now. */
export function offerDrawing(token: () => string): void {
  digit.append(...Array.from({ length: 10 }, (_, each) => new Option(String(each))));
  // So that a room draws all of them.
  digit.value = String(Math.floor(10 * Math.random()));
  digit.addEventListener("change", () => drawing?.look());
  element("drawn-clear", HTMLButtonElement).addEventListener("click", () => drawing?.clear());
  door.addEventListener("click", (event) => {
    if (!isDrawable) return;
    event.preventDefault();
    card.hidden = !card.hidden;
    showDrawing();
    if (!card.hidden) void load(token);
  });
}

/** Another run may learn from other data: then the link leads to the dashboard, which has a pad for any picture. */
export function drawsFor(dataset: string | null): void {
  isDrawable = /^(?:digits|mnist)/u.test(dataset ?? "");
  if (!isDrawable && dataset !== null) card.hidden = true;
  showDrawing();
}

/** Shows everything in the page's language. */
export function showDrawing(): void {
  if (isDrawable) door.setAttribute("aria-expanded", String(!card.hidden));
  else door.removeAttribute("aria-expanded");
  if (card.hidden) return;
  setText(answer, answerText(last));
  const reading = typeof last === "string" ? undefined : last;
  const shown = { digit: digit.value, step: figure(reading?.step ?? 0) };
  setText(how, reading === undefined ? "" : say("drawnColumn", shown));
  const rows = reading?.rows ?? [];
  const body = table.tBodies[0] ?? table.createTBody();
  while (body.rows.length > rows.length) body.deleteRow(-1);
  while (body.rows.length < rows.length) addRow(body);
  for (const [i, { name, gradient }] of rows.entries()) {
    const [head, value] = body.rows[i]?.cells ?? [];
    if (head === undefined || value === undefined) continue;
    setText(head, said(name));
    setText(value, signed(gradient));
    value.dataset["sign"] = String(Math.sign(gradient));
  }
}

function addRow(body: HTMLTableSectionElement): void {
  const row = body.insertRow();
  const head = document.createElement("th");
  head.scope = "row";
  row.append(head, document.createElement("td"));
}

function answerText(reading: Reading | NoReading): string {
  if (isLoading) return say("connecting");
  if (reading === "nothing") return say("drawnNothing");
  if (reading === "away") return say("drawnAway");
  if (reading === "others") return say("drawnOthers");
  const { outputs, step } = reading;
  const [best = 0, second = 0] = outputs
    .map((_, each) => each)
    .toSorted((one, other) => (outputs[other] ?? 0) - (outputs[one] ?? 0));
  const share = (each: number) => figure(100 * (outputs[each] ?? 0));
  return say("drawnRead", {
    read: best,
    share: share(best),
    second,
    secondShare: share(second),
    step: figure(step),
  });
}

async function load(token: () => string): Promise<void> {
  if (drawing !== undefined || isLoading) return;
  isLoading = true;
  showDrawing();
  // Not a constant, so that it stays a file of its own.
  const path = new URL("drawing.js", document.baseURI).href;
  try {
    const script: DrawingScript = await import(path);
    drawing = script.openDrawing({
      placeId: "pad",
      token,
      digit: () => Number(digit.value),
      read(reading) {
        last = reading;
        showDrawing();
      },
    });
  } catch {
    last = "away";
  } finally {
    isLoading = false;
    showDrawing();
  }
}
