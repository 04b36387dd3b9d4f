/** @file The task's figures: what they are called, with the unit of the data, and how their values are written. */
import type { Target } from "../../../shared/data/dataset.ts";
import { say } from "../texts/language.ts";
import type { TextKey } from "../texts/texts.ts";
import { figures } from "./format.ts";

/** A row per figure: its name, and whether it is a share of 1. The units of the others are those of the targets. */
const metrics: Readonly<
  Record<string, { readonly text: TextKey; readonly kind: "share" | "unit" | "number" }>
> = {
  accuracy: { text: "accuracy", kind: "share" },
  precision: { text: "precision", kind: "share" },
  recall: { text: "recall", kind: "share" },
  f1: { text: "f1", kind: "share" },
  auc: { text: "auc", kind: "number" },
  rmse: { text: "rmse", kind: "unit" },
  mae: { text: "mae", kind: "unit" },
  r2: { text: "r2", kind: "number" },
  perplexity: { text: "perplexity", kind: "number" },
  bits: { text: "bits", kind: "number" },
};

/** The figures that say most about a task, the first most of all. */
export function headlinesOf({ kind, count }: Pick<Target, "kind" | "count">): readonly string[] {
  if (kind === "values") return ["rmse", "mae", "r2"];
  if (kind === "flags") return ["accuracy", "f1"];
  if (kind === "tokens") return ["perplexity", "bits", "accuracy"];
  return count === 2 ? ["accuracy", "auc"] : ["accuracy"];
}

/** What a figure is called: `Accuracy`, or `RMSE (mpg)`. */
export function metricLabel(name: string, target?: Target): string {
  const row = metrics[name];
  if (row === undefined) return name;
  const label = say(row.text);
  if (row.kind !== "unit" || target === undefined) return label;
  if (target.count > 1) return `${label} (${say("meanOf", { count: target.count })})`;
  const unit = target.names?.[0];
  return unit === undefined ? label : `${label} (${unit})`;
}

/** A figure's value, or a dash. */
export function metricText(name: string, value: number | undefined): string {
  if (metrics[name]?.kind === "share") return figures.percent(value ?? null, 2);
  return figures.short(value ?? null);
}

/** A figure's value on an axis. */
export function metricTick(name: string, value: number): string {
  return metrics[name]?.kind === "share" ? figures.shortestPercent(value) : figures.shortest(value);
}
