/**
 * @file The model that a run names: `mlp`, whose layers are the setting `layers`; a preset with its settings,
 * `cnn:channels=32`; or a list of layers, which a run file may give as such and which is otherwise JSON.
 */
import * as z from "zod/mini";

import { type LayerConfig, layerSchema } from "../../model/layer-kinds.ts";
import { sentence } from "../../words/sentence.ts";
import { type Preset, presetNames, presets } from "./presets.ts";
import type { Reader } from "./readers.ts";

export type ModelChoice =
  | { readonly kind: "mlp" }
  | { readonly kind: "preset"; readonly preset: Preset }
  | { readonly kind: "layers"; readonly layers: readonly LayerConfig[] };

const names = ["mlp", ...presetNames] as const;
const listSchema = z.array(layerSchema).check(z.minLength(1));

/** Keeps the text, because the settings are values that can be typed. */
export const modelText: Reader<string> = {
  expects: sentence("expects-model", { names: [...names] }),
  words: names,
  read: (text) => (modelChoice(text) === undefined ? undefined : text),
};

/** @returns `undefined` if the text names no model. */
export function modelChoice(text: string): ModelChoice | undefined {
  if (text === "mlp") return { kind: "mlp" };
  return text.startsWith("[") ? listedModel(text) : presetModel(text);
}

function listedModel(text: string): ModelChoice | undefined {
  try {
    const { success, data } = listSchema.safeParse(JSON.parse(text));
    return success ? { kind: "layers", layers: data } : undefined;
  } catch {
    return undefined;
  }
}

function presetModel(text: string): ModelChoice | undefined {
  const [given = "", rest, ...more] = text.split(":");
  const name = presetNames.find((known) => known === given);
  if (name === undefined || more.length > 0) return undefined;
  const rows = new Map(Object.entries(presets[name].settings));
  const settings: Record<string, number> = {};
  for (const part of rest === undefined ? [] : rest.split(",")) {
    const [, key = "", typed = ""] = /^([a-z]+)=(.+)$/u.exec(part.trim()) ?? [];
    const value = rows.get(key)?.reader.read(typed);
    if (value === undefined) return undefined;
    settings[key] = value;
  }
  return { kind: "preset", preset: { name, settings } };
}
