/**
 * @file The model that a run names: `mlp`, whose layers are the setting `layers`; a preset with its settings,
 * `cnn:channels=32`; or a list of layers, which a run file may give as such and which is otherwise JSON.
 */
import * as z from "zod/mini";

import { shown } from "../../../error-text.ts";
import { type LayerConfig, layerSchema } from "../../../model/layer-kinds.ts";
import { type Sentence, sentence } from "../../../words/sentence.ts";
import type { Reader } from "../readers.ts";
import { listFlaw } from "./layer-flaw.ts";
import { type Preset, presetNames, presets, type PresetSetting } from "./presets.ts";

export type ModelChoice =
  | { readonly kind: "mlp" }
  | { readonly kind: "preset"; readonly preset: Preset }
  | { readonly kind: "layers"; readonly layers: readonly LayerConfig[] };

/** A text that names no model, and why if more can be said than what a model may be. */
interface Flaw {
  readonly flaw: Sentence | undefined;
}

const names = ["mlp", ...presetNames] as const;
const listSchema = z.array(layerSchema).check(z.minLength(1));

/** Keeps the text, because the settings are values that can be typed. */
export const modelText: Reader<string> = {
  expects: sentence("expects-model", { names: [...names] }),
  words: names,
  read: (text) => (modelChoice(text) === undefined ? undefined : text),
  flaw(text) {
    const choice = readModel(text);
    return "flaw" in choice ? choice.flaw : undefined;
  },
};

/** @returns `undefined` if the text names no model. */
export function modelChoice(text: string): ModelChoice | undefined {
  const choice = readModel(text);
  return "flaw" in choice ? undefined : choice;
}

function readModel(text: string): ModelChoice | Flaw {
  if (text === "mlp") return { kind: "mlp" };
  return text.startsWith("[") ? listedModel(text) : presetModel(text);
}

function listedModel(text: string): ModelChoice | Flaw {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return { flaw: undefined };
  }
  const { success, data } = listSchema.safeParse(list);
  if (success) return { kind: "layers", layers: data };
  return { flaw: Array.isArray(list) ? listFlaw(list) : undefined };
}

function presetModel(text: string): ModelChoice | Flaw {
  const [given = "", rest] = splitOnce(text, ":");
  if (given === "mlp") return { flaw: sentence("mlp-without-settings") };
  const name = presetNames.find((known) => known === given);
  if (name === undefined) return { flaw: undefined };
  const rows: ReadonlyMap<string, PresetSetting> = new Map(Object.entries(presets[name].settings));
  const settings: Record<string, number> = {};
  for (const part of rest === undefined ? [] : rest.split(",")) {
    const [setting = "", typed = ""] = splitOnce(part, "=").map((side) => side.trim());
    const values = { preset: name, setting: shown(setting) };
    const reader = rows.get(setting)?.reader;
    if (reader === undefined) {
      return { flaw: sentence("preset-stranger", { ...values, settings: [...rows.keys()] }) };
    }
    if (Object.hasOwn(settings, setting)) return { flaw: sentence("preset-twice", values) };
    const value = reader.read(typed);
    if (value === undefined) {
      const { expects } = reader;
      return { flaw: sentence("preset-setting", { ...values, expects, given: shown(typed) }) };
    }
    settings[setting] = value;
  }
  return { kind: "preset", preset: { name, settings } };
}

function splitOnce(text: string, mark: string): readonly string[] {
  const place = text.indexOf(mark);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}
