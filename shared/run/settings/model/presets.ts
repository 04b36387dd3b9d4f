/**
 * @file Models by name: networks that people know, with a few settings each. Each preset gives the layers between the
 * sample and the last layer.
 */
import type { OutputActivation } from "../../../model/dense-model.ts";
import type { LayerConfig } from "../../../model/layer-kinds.ts";
import { textDefaults } from "../data-settings.ts";
import { fraction, integer, type Reader } from "../readers.ts";

/** A setting of a preset: what is read, and its default. */
export interface PresetSetting {
  readonly reader: Reader<number>;
  readonly usual: number;
}

interface PresetRow {
  readonly settings: Readonly<Record<string, PresetSetting>>;
  /** What a sample is: a picture `[height, width, channels]`, or the tokens of a text `[steps]`. */
  readonly reads: "pictures" | "text";
  /**
   * From a sample to the input of the last layer.
   *
   * @param width - Of the last layer: how many different tokens a text has.
   */
  readonly layers: (
    settings: Readonly<Record<string, number>>,
    width: number,
  ) => readonly LayerConfig[];
}

/** An integer ≥ 1; larger models would not be accepted anyway. */
function whole(usual: number): PresetSetting {
  return { usual, reader: integer({ min: 1, max: 4096 }) };
}

/** The share that dropout drops, if any. */
function share(usual: number): PresetSetting {
  return { usual, reader: fraction };
}

const flatten: LayerConfig = { kind: "flatten" };
const relu: LayerConfig = { kind: "relu" };
const halve: LayerConfig = { kind: "max-pool2d", size: 2, stride: 2 };

function conv(channels: number): LayerConfig {
  return { kind: "conv2d", channels, kernel: 3, stride: 1, padding: "same" };
}

/** Groups of two or more channels where there are as many, and never more than eight groups. */
function norm(channels: number): LayerConfig {
  const groups = [8, 4, 2].find((count) => channels % (2 * count) === 0) ?? 1;
  return { kind: "group-norm", groups };
}

/** Two convolutions and the way around them. */
function block(channels: number): readonly LayerConfig[] {
  const layers = [conv(channels), norm(channels), relu, conv(channels), norm(channels)];
  return [{ kind: "residual", layers }, relu];
}

function dropout(rate: number): readonly LayerConfig[] {
  return rate === 0 ? [] : [{ kind: "dropout", rate }];
}

function dense(units: number): LayerConfig {
  return { kind: "dense", units };
}

/** Attention and a dense layer of four times the width, each of them normalised first and added to what it reads. */
function transformerBlock(heads: number, width: number, rate: number): readonly LayerConfig[] {
  const attention = { kind: "attention", heads, causal: 1 } as const;
  const within = [dense(4 * width), { kind: "gelu" } as const, dense(width)];
  return [[attention], within].map((layers) => ({
    kind: "residual",
    layers: [{ kind: "layer-norm" }, ...layers, ...dropout(rate)],
  }));
}

export const presets = {
  /** Two convolutions, each with a pool that halves the picture, and a dense layer. */
  cnn: {
    settings: { channels: whole(16), hidden: whole(64), dropout: share(0) },
    reads: "pictures",
    layers: ({ channels = 0, hidden = 0, dropout: rate = 0 }) => [
      conv(channels),
      relu,
      halve,
      conv(2 * channels),
      relu,
      halve,
      flatten,
      dense(hidden),
      relu,
      ...dropout(rate),
    ],
  },
  /**
   * Stages of residual blocks, each with twice the channels of the one before, on half of its rows and columns.
   *
   * @see He, Zhang, Ren & Sun 2015, with group normalisation.
   */
  resnet: {
    settings: { channels: whole(16), stages: whole(3), blocks: whole(1), dropout: share(0) },
    reads: "pictures",
    layers: ({ channels = 0, stages = 0, blocks = 0, dropout: rate = 0 }) => [
      conv(channels),
      norm(channels),
      relu,
      ...Array.from({ length: stages }, (_, stage) => {
        const here = Array.from({ length: blocks }, () => block(channels * 2 ** stage));
        return [...(stage === 0 ? [] : [halve]), ...here.flat()];
      }).flat(),
      { kind: "average-pool2d", size: "global", stride: 1 },
      flatten,
      ...dropout(rate),
    ],
  },
  /**
   * A transformer that predicts the next token from those before it.
   *
   * @see Radford et al. 2019; the defaults are those of nanoGPT for one CPU.
   */
  gpt: {
    settings: {
      layers: whole(4),
      heads: whole(4),
      width: whole(128),
      dropout: share(0),
      // The data's: the samples are that long.
      context: whole(textDefaults.context),
    },
    reads: "text",
    layers: ({ layers = 0, heads = 0, width = 0, dropout: rate = 0 }, vocabulary) => [
      { kind: "embedding", vocabulary, width },
      { kind: "position-embedding" },
      ...dropout(rate),
      ...Array.from({ length: layers }, () => transformerBlock(heads, width, rate)).flat(),
      { kind: "layer-norm" },
    ],
  },
} satisfies Readonly<Record<string, PresetRow>>;

export type PresetName = keyof typeof presets;
export const presetNames = ["cnn", "resnet", "gpt"] as const satisfies readonly PresetName[];

/** A preset with some of its settings. */
export interface Preset {
  readonly name: PresetName;
  readonly settings: Readonly<Record<string, number>>;
}

/** The layers of a preset, with a dense layer and its activation at the end: of each sample, or of each step of a text. */
export function presetLayers(
  { name, settings }: Preset,
  { width, output }: { readonly width: number; readonly output: OutputActivation },
): LayerConfig[] {
  const row: PresetRow = presets[name];
  const defaults = Object.entries(row.settings).map(([key, { usual }]) => [key, usual]);
  const layers = [
    ...row.layers({ ...Object.fromEntries(defaults), ...settings }, width),
    dense(width),
  ];
  return output === "linear" ? layers : [...layers, { kind: output }];
}
