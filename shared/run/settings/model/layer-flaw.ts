/**
 * @file What is wrong with a list of layers as a person wrote it: which layer, which of its settings, and what that
 * should be. Whether layers that are well written fit together is for the layout to say.
 */
import * as z from "zod/mini";

import { shown } from "../../../error-text.ts";
import { layerKinds } from "../../../model/layer-kinds.ts";
import { type Sentence, sentence } from "../../../words/sentence.ts";
import { fraction, integer, oneOfThese } from "../readers.ts";
import { nearest } from "../suggest.ts";

const kindNames = Object.keys(layerKinds);
const example = "{ kind: dense, units: 10 }";
/** Each kind's settings. */
const settingsOf = new Map<string, ReadonlyMap<string, z.core.$ZodType>>(
  Object.entries(layerKinds).map(([kind, { schema }]) => {
    const { kind: _, ...settings } = schema.def.shape;
    return [kind, new Map(Object.entries(settings))];
  }),
);

/**
 * The first flaw of a list of layers; `undefined` if each of them is well written.
 *
 * @param path - What comes before the number of a layer: `3.` in layer 3.
 */
export function listFlaw(layers: readonly unknown[], path = ""): Sentence | undefined {
  if (layers.length === 0) return sentence("layers-missing", { example: `- ${example}` });
  for (const [index, layer] of layers.entries()) {
    const flaw = layerFlaw(layer, `${path}${index + 1}`);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

function layerFlaw(layer: unknown, number: string): Sentence | undefined {
  if (typeof layer !== "object" || layer === null || !("kind" in layer)) {
    return sentence("layer-form", { number, example, given: shownValue(layer) });
  }
  const kind = String(layer.kind);
  const settings = settingsOf.get(kind);
  if (settings === undefined) return kindFlaw(kind, number);
  const given = new Map<string, unknown>(Object.entries(layer));
  given.delete("kind");
  const reason = settingsFlaw(given, settings);
  if (reason !== undefined) return sentence("layer-misfit", { number, kind, reason });
  const inner = given.get("layers");
  return Array.isArray(inner) ? listFlaw(inner, `${number}.`) : undefined;
}

function kindFlaw(given: string, number: string): Sentence {
  if (/^batch[-_ ]?norm/iu.test(given)) return sentence("layer-batch-norm", { number });
  const word = nearest(given, kindNames);
  const values = { number, kind: shown(given) };
  return word === undefined
    ? sentence("layer-kind", { ...values, kinds: oneOfThese(kindNames) })
    : sentence("layer-kind-did-you-mean", { ...values, word });
}

/** Worded to follow "layer 3 (dense) ". */
function settingsFlaw(
  given: ReadonlyMap<string, unknown>,
  settings: ReadonlyMap<string, z.core.$ZodType>,
): Sentence | undefined {
  const names = [...settings.keys()];
  const stranger = [...given.keys()].find((name) => !settings.has(name));
  if (stranger !== undefined) {
    const setting = shown(stranger);
    return names.length === 0
      ? sentence("layer-without-settings", { setting })
      : sentence("layer-stranger", { setting, settings: names });
  }
  const missing = names.filter((name) => !given.has(name));
  if (missing.length > 0) return sentence("layer-lacks", { settings: missing });
  for (const [setting, schema] of settings) {
    const value = given.get(setting);
    // The layers in it are looked at one by one.
    if (setting === "layers" && Array.isArray(value) && value.length > 0) continue;
    if (z.safeParse(schema, value).success) continue;
    const values = { setting, given: shownValue(value), expects: expectationOf(schema) };
    return sentence("layer-setting", values);
  }
  return undefined;
}

/** What a setting may be, from its schema. */
function expectationOf(schema: z.core.$ZodType): Sentence {
  if (schema instanceof z.ZodMiniEnum) return oneOfThese(Object.keys(schema.def.entries));
  if (schema instanceof z.ZodMiniLiteral) return oneOfThese([...schema.def.values].map(String));
  if (schema instanceof z.ZodMiniArray) return sentence("expects-list-of-layers");
  if (schema instanceof z.ZodMiniUnion) {
    const [word = "", expects = ""] = schema.def.options.map(expectationOf);
    return sentence("expects-either", { word, expects });
  }
  return z.safeParse(schema, 0.5).success ? fraction.expects : integer({ min: 1 }).expects;
}

function shownValue(value: unknown): string {
  return shown(typeof value === "string" ? value : JSON.stringify(value));
}
