/** @file The few things that the dashboard does to its page. Text only goes in as text, never as markup. */

export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/** Writes only what differs: a selection stays, and a screen reader is not told the same thing again. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Makes a table show these cells; rows and cells that are there already are kept. */
export function fillTable(
  table: HTMLElement,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  fillChildren(table, 2, (i) => document.createElement(i === 0 ? "thead" : "tbody"));
  const [headPart, body] = table.children;
  if (headPart === undefined || body === undefined) return;
  fillChildren(headPart, 1, () => document.createElement("tr"));
  fillChildren(body, rows.length, () => document.createElement("tr"));
  fillRow(headPart.firstElementChild, head, "th");
  for (const [i, cells] of rows.entries()) fillRow(body.children[i], cells, "td");
}

function fillRow(
  row: Element | null | undefined,
  cells: readonly string[],
  tag: "th" | "td",
): void {
  if (row === null || row === undefined) return;
  fillChildren(row, cells.length, () => document.createElement(tag));
  for (const [i, text] of cells.entries()) {
    const cell = row.children[i];
    if (cell === undefined) continue;
    setText(cell, text);
    if (tag === "th") cell.setAttribute("scope", "col");
  }
}

function fillChildren(parent: Element, count: number, create: (index: number) => Element): void {
  while (parent.childElementCount > count) parent.lastElementChild?.remove();
  while (parent.childElementCount < count) parent.append(create(parent.childElementCount));
}
