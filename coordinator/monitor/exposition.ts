/**
 * @file Prometheus' text format.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats
 */

export interface Family {
  /** With its unit, and `_total` for a counter. */
  readonly name: string;
  readonly kind: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export const contentType = "text/plain; version=0.0.4; charset=utf-8";

/** A family without samples is left out. */
export function exposition(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, kind, help, samples }) => {
      const lines = samples.map(({ value, labels = {} }) => `${name}${spelled(labels)} ${value}\n`);
      const escaped = help.replaceAll("\\", String.raw`\\`).replaceAll("\n", String.raw`\n`);
      return `# HELP ${name} ${escaped}\n# TYPE ${name} ${kind}\n${lines.join("")}`;
    })
    .join("")
    .replaceAll(/ (-?)Infinity$/gmu, " $1Inf");
}

function spelled(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escape(value: string): string {
  return value
    .replaceAll("\\", String.raw`\\`)
    .replaceAll("\n", String.raw`\n`)
    .replaceAll('"', String.raw`\"`);
}
