/** @file The few things that the dashboard does to its page. Text is only inserted as text, never as markup. */

type Kind<T extends Element> = new () => T;

export function element(id: string): HTMLElement;
export function element<T extends Element>(id: string, kind: Kind<T>): T;
export function element(id: string, kind: Kind<Element> = HTMLElement): Element {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} #${id}`);
}

/** Writes only a changed text, so that a selection survives and a screen reader does not repeat itself. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** A new element with a class and a text. */
export function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className = "",
  text = "",
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  if (text !== "") made.textContent = text;
  return made;
}

/** One cell: its text or its element, and a class. */
export interface Cell {
  readonly text: string;
  readonly className?: string;
  /** A value in [−1, 1] that colours the background: negative orange, positive blue. */
  readonly tint?: number;
}

/** Makes a table's body show these cells. Existing rows and cells are reused. */
export function fillBody(table: HTMLTableElement, rows: readonly (readonly Cell[])[]): void {
  const body = table.tBodies[0] ?? table.createTBody();
  while (body.rows.length > rows.length) body.deleteRow(-1);
  while (body.rows.length < rows.length) body.insertRow();
  for (const [i, cells] of rows.entries()) fillRow(body.rows[i], cells, "td");
}

/** Makes a table's head show these texts. */
export function fillHead(table: HTMLTableElement, cells: readonly string[]): void {
  const head = table.tHead ?? table.createTHead();
  const row = head.rows[0] ?? head.insertRow();
  fillRow(
    row,
    cells.map((text) => ({ text })),
    "th",
  );
}

function fillRow(
  row: HTMLTableRowElement | undefined,
  cells: readonly Cell[],
  tag: "th" | "td",
): void {
  if (row === undefined) return;
  while (row.cells.length > cells.length) row.deleteCell(-1);
  while (row.cells.length < cells.length) {
    const isRowHead = tag === "td" && row.cells.length === 0;
    const cell = document.createElement(isRowHead ? "th" : tag);
    if (isRowHead) cell.setAttribute("scope", "row");
    else if (tag === "th") cell.setAttribute("scope", "col");
    row.append(cell);
  }
  for (const [i, { text, className = "", tint }] of cells.entries()) {
    const cell = row.cells[i];
    if (cell === undefined) continue;
    setText(cell, text);
    if (cell.className !== className) cell.className = className;
    // A reused cell may have shown something else.
    cell.style.backgroundColor = tint === undefined ? "" : tintOf(tint);
  }
}

/** A background on which text is still readable. */
function tintOf(value: number): string {
  const strength = Math.min(1, Math.abs(value)) * 0.42;
  const color = value < 0 ? "--negative" : "--positive";
  // Opaque, because some cells stay in sight while the others scroll below them.
  return `color-mix(in srgb, rgb(var(${color})) ${(100 * strength).toFixed(1)}%, var(--card))`;
}

/** The current value of a colour in the style sheet, for the dark or the light theme. */
export function colorOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Calls back whenever the colours change. */
export function onTheme(changed: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}

/**
 * Tracks whether an element is visible. What is not visible need not be computed.
 *
 * @param seen - Called when it becomes visible.
 */
export function watchVisible(target: Element, seen: () => void = () => {}): () => boolean {
  let visible = false;
  new IntersectionObserver(
    (entries) => {
      for (const entry of entries) visible = entry.isIntersecting;
      if (visible) seen();
    },
    { rootMargin: "150px" },
  ).observe(target);
  document.addEventListener("visibilitychange", () => {
    if (visible && !document.hidden) seen();
  });
  return () => visible && !document.hidden;
}

/** Hides the card or figure around an element where the task gives it nothing to show. */
export function hideCard(id: string, isHidden: boolean): void {
  const card = element(id).closest<HTMLElement>("section, figure");
  if (card !== null) card.hidden = isHidden;
}
