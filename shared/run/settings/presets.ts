/**
 * @file Models by name: networks that people know, with a few settings each. Each preset gives the layers between the
 * sample and the last layer.
 */
import type { OutputActivation } from "../../model/dense-model.ts";
import type { LayerConfig } from "../../model/layer-kinds.ts";

interface PresetRow {
  /** Its settings, with their defaults: integers ≥ 1. */
  readonly settings: Readonly<Record<string, number>>;
  /** From a picture `[height, width, channels]` to a vector. */
  readonly layers: (settings: Readonly<Record<string, number>>) => readonly LayerConfig[];
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

export const presets = {
  /** Two convolutions, each with a pool that halves the picture, and a dense layer. */
  cnn: {
    settings: { channels: 16, hidden: 64 },
    layers: ({ channels = 0, hidden = 0 }) => [
      conv(channels),
      relu,
      halve,
      conv(2 * channels),
      relu,
      halve,
      flatten,
      { kind: "dense", units: hidden },
      relu,
    ],
  },
  /**
   * Stages of residual blocks, each with twice the channels of the one before, on half of its rows and columns.
   *
   * @see He, Zhang, Ren & Sun 2015, with group normalisation.
   */
  resnet: {
    settings: { channels: 16, stages: 3, blocks: 1 },
    layers: ({ channels = 0, stages = 0, blocks = 0 }) => [
      conv(channels),
      norm(channels),
      relu,
      ...Array.from({ length: stages }, (_, stage) => {
        const here = Array.from({ length: blocks }, () => block(channels * 2 ** stage));
        return [...(stage === 0 ? [] : [halve]), ...here.flat()];
      }).flat(),
      { kind: "average-pool2d", size: "global", stride: 1 },
      flatten,
    ],
  },
} satisfies Readonly<Record<string, PresetRow>>;

export type PresetName = keyof typeof presets;
export const presetNames = ["cnn", "resnet"] as const satisfies readonly PresetName[];

/** A preset with some of its settings. */
export interface Preset {
  readonly name: PresetName;
  readonly settings: Readonly<Record<string, number>>;
}

/** The layers of a preset, with a dense layer and its activation at the end. */
export function presetLayers(
  { name, settings }: Preset,
  { width, output }: { readonly width: number; readonly output: OutputActivation },
): LayerConfig[] {
  const row: PresetRow = presets[name];
  const layers = [
    ...row.layers({ ...row.settings, ...settings }),
    { kind: "dense", units: width } as const,
  ];
  return output === "linear" ? layers : [...layers, { kind: output }];
}
