/** @file A row that the reader types: one field per column of the table. It begins as a row of the data. */
import type { Cell } from "../../../shared/data/table/cell.ts";
import { dateOf } from "../../../shared/data/table/date-text.ts";
import type { TablePreprocessing } from "../../../shared/data/table/preprocess.ts";
import { rawRowOf, typedFeatures } from "../answers/raw-row.ts";
import { figures } from "../charts/format.ts";
import { create, element } from "../page.ts";
import { said, say } from "../texts/language.ts";

type Column = TablePreprocessing["columns"][number];
type Field = HTMLInputElement | HTMLSelectElement;

/** A longer form is not filled in. The columns beyond keep the values of the data's row. */
const fieldsMax = 60;

/** What is typed, as the network sees it. */
export type Typed =
  | { readonly features: Float32Array }
  /** Why it is no row. */
  | { readonly problem: string };

export class RowForm {
  readonly #form = element("row-form", HTMLFormElement);
  #preprocessing: TablePreprocessing | undefined;
  #fields: readonly (readonly [column: Column, field: Field])[] = [];
  /** The texts of the columns that have no field; `undefined` before the form is filled. */
  #rest: Readonly<Record<string, string>> | undefined;

  /** @param changed - Called when the reader changes a field. */
  constructor(changed: () => void) {
    this.#form.addEventListener("input", changed);
    this.#form.addEventListener("submit", (event) => event.preventDefault());
  }

  /** Makes the fields of a table. */
  begin(preprocessing: TablePreprocessing): void {
    this.#preprocessing = preprocessing;
    this.#rest = undefined;
    const { columns } = preprocessing;
    this.#fields = columns.slice(0, fieldsMax).map((column) => [column, fieldOf(column)]);
    const labels = this.#fields.map(([{ name }, field]) => {
      const label = create("label");
      label.append(create("span", "", name), field);
      return label;
    });
    const hidden = columns.length - this.#fields.length;
    const note = create("p", "small soft whole", say("rowRest", { count: hidden }));
    this.#form.replaceChildren(...labels, ...(hidden > 0 ? [note] : []));
  }

  /** Shows a row of the data. @param features - Shape `[featureCount]`. */
  fill(features: Float32Array): void {
    if (this.#preprocessing === undefined) return;
    const cells = rawRowOf(this.#preprocessing, features);
    const texts = this.#preprocessing.columns.map((column, i) => {
      return [column.name, textOf(column, cells[i] ?? null)] as const;
    });
    const byName = Object.fromEntries(texts);
    for (const [{ name }, field] of this.#fields) field.value = byName[name] ?? "";
    this.#rest = Object.fromEntries(texts.slice(this.#fields.length));
  }

  /** The row that is typed now; `undefined` before the form is filled. */
  get typed(): Typed | undefined {
    if (this.#preprocessing === undefined || this.#rest === undefined) return undefined;
    const texts = this.#fields.map(([{ name }, { value }]) => [name, value] as const);
    const typed = { ...this.#rest, ...Object.fromEntries(texts) };
    const read = typedFeatures(this.#preprocessing, typed, figures.mark);
    return read.ok ? { features: read.features } : { problem: said(read.reason) };
  }
}

/** A field that offers what the column can hold. */
function fieldOf(column: Column): Field {
  const missing = column.fill === null ? [] : [new Option(say("missing"), "")];
  if (column.type === "category") {
    const listed = column.categories.map((category) => new Option(category, category));
    return select([...missing, ...listed, new Option(say("otherCategory"), unlisted(column))]);
  }
  if (column.type === "boolean") {
    return select([...missing, new Option(say("no"), "false"), new Option(say("yes"), "true")]);
  }
  const input = create("input");
  input.type = "text";
  input.autocomplete = "off";
  if (column.type === "number") input.inputMode = "decimal";
  if (column.type === "date") input.placeholder = say(`dateOrder${column.order}`);
  else if (column.fill !== null) input.placeholder = say("missing");
  return input;
}

function select(options: readonly HTMLOptionElement[]): HTMLSelectElement {
  const made = create("select");
  made.append(...options);
  return made;
}

/** Longer than every category, so it can't be one of them. */
function unlisted({ categories }: Column & { readonly type: "category" }): string {
  return (
    categories.reduce((longest, each) => (each.length > longest.length ? each : longest)) + "…"
  );
}

/** What a field shows for a cell. */
function textOf(column: Column, cell: Cell): string {
  switch (column.type) {
    case "number":
      return typeof cell === "number" ? figures.exact(cell) : "";
    case "boolean":
      // A filled-in mean is neither.
      return typeof cell === "boolean" ? String(cell) : "";
    case "category":
      return cell === null ? unlisted(column) : String(cell);
    case "date":
      // Without its day, an instant can't be typed.
      return cell !== null && dateOf(cell, column.order) !== undefined ? String(cell) : "";
    default:
      return column satisfies never;
  }
}
