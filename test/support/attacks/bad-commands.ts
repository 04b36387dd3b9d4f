/**
 * @file Dashboard commands that are wrong in one known way: every command, every field, every kind of wrong value,
 * and texts that are not commands at all.
 */

/** The text that `JSON.parse` gets; it includes texts that `JSON.stringify` would never write. */
interface BadCommand {
  /** For example `delay.seconds: ∞`. */
  readonly what: string;
  readonly text: string;
}

/** The id of every command here. */
export const commandId = 7;

/** One command of every kind that is right except for the worker, who does not exist. Fields are JSON. */
export const commands: readonly ReadonlyMap<string, string>[] = [
  command({ command: "pause" }),
  command({ command: "resume" }),
  command({ command: "stop" }),
  command({ command: "start", settings: { epochs: "1" }, audit: "sample", minWorkers: 2 }),
  command({ command: "drop", worker: "w9999" }),
  command({ command: "corrupt", worker: "w9999" }),
  command({ command: "lie", worker: "w9999" }),
  command({ command: "delay", worker: "w9999", seconds: 1 }),
];

function command(fields: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const all = Object.entries({ ...fields, id: commandId });
  return new Map(all.map(([name, value]) => [name, JSON.stringify(value)]));
}

export function textOf(fields: ReadonlyMap<string, string>): string {
  return `{${[...fields].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`;
}

/** Values that are wrong for every field, as JSON; `undefined` means a missing field. */
const badValues: readonly (readonly [what: string, json: string | undefined])[] = [
  ["missing", undefined],
  ["null", "null"],
  ["true", "true"],
  ["−1", "-1"],
  ["0.5", "0.5"],
  ["10³⁰⁸", "1e308"],
  ["∞", "1e999"],
  ["NaN", "NaN"],
  ["a list", "[1]"],
  ["a map", "{}"],
  ["a map of numbers", '{"seed":1}'],
  ["a setting that is none", '{"port":"1"}'],
  ["a map with __proto__", '{"__proto__":{"role":"operator"}}'],
  ["a map with constructor", '{"constructor":{"prototype":1}}'],
  ["300 lists in each other", "[".repeat(300) + "]".repeat(300)],
  ["an empty text", '""'],
  ["a text of 800 characters", JSON.stringify("x".repeat(800))],
  ["a control character", String.raw`"\u0000"`],
  ["__proto__", '"__proto__"'],
  ["half a surrogate", String.raw`"\ud800"`],
];

export function badCommands(): BadCommand[] {
  const bad = commands.flatMap((fields) => badFieldsOf(fields));
  const texts = ["", " ", "{", "{}", "[]", "null", "7", '"stop"', "stop", "[".repeat(1_000)];
  return [...bad, ...texts.map((text) => ({ what: `the text ${text.slice(0, 9)}`, text }))];
}

function badFieldsOf(fields: ReadonlyMap<string, string>): BadCommand[] {
  const name = fields.get("command") ?? "";
  const bad: BadCommand[] = [];
  for (const field of fields.keys()) {
    for (const [what, value] of badValues) {
      if (isAllowed(field, what)) continue;
      const changed = new Map(fields);
      if (value === undefined) changed.delete(field);
      else changed.set(field, value);
      bad.push({ what: `${name}.${field}: ${what}`, text: textOf(changed) });
    }
  }
  for (const key of ["__proto__", "constructor", "toString", "", "token"]) {
    const changed = new Map([...fields, [key, "{}"]]);
    bad.push({ what: `${name} with ${key}`, text: textOf(changed) });
  }
  return bad;
}

function isAllowed(field: string, what: string): boolean {
  if (field === "audit" || field === "minWorkers") return what === "missing";
  if (field === "seconds") return what === "0.5";
  return field === "settings" && (what === "a map" || what === "a map with __proto__");
}
