/** @file A dataset's description as lines for a terminal, with its first samples. */
import type { Dataset, Split } from "../../shared/data/dataset.ts";
import { featureAt, pictureShapeOf, type PictureShape } from "../../shared/data/picture.ts";
import { type TextPreprocessing, tokenizerOf } from "../../shared/data/text/preprocess.ts";
import { visible } from "../../shared/data/text/visible.ts";
import { hasCode, sayAtTerminal } from "../../shared/words/sentence.ts";
import { counted, integer } from "../console/view/figures.ts";
import { pictureLines } from "../console/view/picture.ts";
import { cleanText, displayWidth, fit } from "../console/view/text.ts";
import type {
  ColumnDescription,
  Description,
  SamplesDescription,
  TargetDescription,
  TrainingDescription,
} from "./description.ts";

/** Columns, classes and targets listed; what is beyond is counted. */
const listedMax = 64;
/** Several of them are in a line. */
const tokensListedMax = 128;
/** Characters of a cell. */
const cellWidthMax = 44;
/** Across: pictures side by side. */
const lineWidthMax = 100;
/** A wider picture would break the lines of a terminal. */
const pictureWidthMax = 64;
const picturesMax = 4;
const valuesShown = 8;

/** @param dataset - For its first samples; absent if it could not be loaded. */
export function descriptionLines(description: Description, dataset?: Dataset): string[] {
  const { dataset: name, table, notes, problem, samples, training } = description;
  const rows = table && `${counted(table.rows, "row")}, ${counted(table.columns.length, "column")}`;
  const blocks = [
    [table === undefined ? name : `${name}: ${rows} (${sayAtTerminal(table.format)})`],
    table === undefined ? [] : columnLines(table.columns),
    // The first line has said what was read.
    notes.filter((note) => !hasCode(note, "table-read")).map((note) => sayAtTerminal(note)),
    problem === undefined ? [] : [`not yet: ${sayAtTerminal(problem)}`],
    samples === undefined ? [] : sampleLines(samples),
    dataset === undefined || table !== undefined ? [] : firstSamples(dataset),
    training === undefined ? [] : [trainingLine(training)],
  ].filter((lines) => lines.length > 0);
  return blocks.flatMap((lines, at) => {
    const trimmed = lines.map((line) => line.trimEnd());
    return at === 0 ? trimmed : ["", ...trimmed];
  });
}

function columnLines(columns: readonly ColumnDescription[]): string[] {
  const head = ["#", "column", "type", "use", "missing", "different", "values", "first rows"];
  const rows = columns
    .slice(0, listedMax)
    .map((column) => [
      String(column.number),
      column.name,
      column.type,
      column.use ?? "",
      column.missing + column.unreadable === 0 ? "" : missingText(column),
      column.different === null ? "many" : integer(column.different),
      valuesText(column),
      column.examples.join(", "),
    ]);
  return [...gridLines([head, ...rows]), ...restLine(columns.length, "other")];
}

function missingText({ missing, unreadable }: ColumnDescription): string {
  if (unreadable === 0) return integer(missing);
  return `${integer(missing)} + ${integer(unreadable)} odd`;
}

function valuesText({ min, max, frequent }: ColumnDescription): string {
  if (min !== null && max !== null) return `${min} … ${max}`;
  return frequent.map(({ value, count }) => `${value} ${integer(count)}`).join(", ");
}

/** Cells in columns as wide as their widest cell. The last one may be cut. */
function gridLines(rows: readonly (readonly string[])[]): string[] {
  const cleaned = rows.map((row) => row.map((cell) => cleanText(cell)));
  const widths = (rows[0] ?? []).map((_, at) => {
    return Math.min(cellWidthMax, Math.max(...cleaned.map((row) => displayWidth(row[at] ?? ""))));
  });
  return cleaned.map((row) => row.map((cell, at) => fit(cell, widths[at] ?? 0)).join("  "));
}

function restLine(count: number, noun: string, most = listedMax): string[] {
  return count <= most ? [] : [`… and ${counted(count - most, noun)}`];
}

function sampleLines({ splits, featureShape, featureType, features, target }: SamplesDescription) {
  const counts = Object.entries(splits).map(([name, count]) => `${integer(count)} ${name}`);
  if (target.kind === "tokens") {
    const context = `each ${integer(featureShape[0] ?? 0)} tokens long`;
    return [`samples: ${counts.join(", ")}; ${context}`, ...tokenLines(target)];
  }
  const { min, max, mean } = features;
  return [
    `samples: ${counts.join(", ")}`,
    `features: ${featureShape.join(" × ")} ${featureType}, ${figure(min)} … ${figure(max)}, mean ${figure(mean)}`,
    ...targetLines(target),
  ];
}

type TokenDescription = Extract<TargetDescription, { readonly kind: "tokens" }>;

function tokenLines({ form, lengths, tokens }: TokenDescription): string[] {
  const splits = Object.entries(lengths).map(([name, count]) => `${integer(count)} ${name}`);
  const what = form === "char" ? "characters" : "bytes";
  const most = tokens
    .slice(0, tokensListedMax)
    .map(({ value, count }) => `${value === " " ? "space" : visible(value)} ${integer(count)}`);
  return [
    `text: ${splits.join(", ")} tokens, which are ${what}`,
    `vocabulary: ${integer(tokens.length)} different ${what} in the part to train on`,
    ...wrapped(most).map((line) => `  ${line}`),
    ...restLine(tokens.length, "other", tokensListedMax),
  ];
}

/** Cells in as many lines as they need. */
function wrapped(cells: readonly string[]): string[] {
  const width = Math.max(...cells.map(displayWidth));
  const across = Math.max(1, Math.floor((lineWidthMax + 2) / (width + 2)));
  return Array.from({ length: Math.ceil(cells.length / across) }, (_, row) =>
    cells
      .slice(row * across, (row + 1) * across)
      .map((cell) => fit(cell, width))
      .join("  "),
  );
}

function targetLines(target: Exclude<TargetDescription, TokenDescription>): string[] {
  if (target.kind === "values") {
    return target.values.map(({ name, min, max, mean }) => {
      return `target: ${cleanText(name)}, ${figure(min)} … ${figure(max)}, mean ${figure(mean)}`;
    });
  }
  if (target.kind === "flags") {
    return target.flags.map(({ name, yes }) => `target: ${cleanText(name)}, ${integer(yes)} yes`);
  }
  const { classes } = target;
  const names = Object.keys(classes[0]?.counts ?? {});
  const rows = classes.slice(0, listedMax).map(({ name, counts }) => {
    return [name, ...Object.values(counts).map(integer)];
  });
  return [
    `target: ${integer(classes.length)} ${classes.length === 1 ? "class" : "classes"}`,
    ...gridLines([["class", ...names], ...rows]).map((line) => `  ${line}`),
    ...restLine(classes.length, "other"),
  ];
}

/** Up to six significant digits. */
function figure(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** The first samples of the training split: pictures as blocks, other ones as numbers. */
function firstSamples(dataset: Dataset): string[] {
  const { featureShape, featureCount, train, preprocessing } = dataset;
  if (preprocessing?.kind === "text") return firstLines(preprocessing, train);
  const shape = pictureShapeOf(featureShape);
  if (shape !== undefined && shape.width <= pictureWidthMax) return pictures(dataset, shape);
  const count = Math.min(train.count, picturesMax);
  return Array.from({ length: count }, (_, sample) => {
    const start = sample * featureCount;
    const values = [...train.features.subarray(start, start + valuesShown)].map(figure);
    const more = featureCount > valuesShown ? ", …" : "";
    return `${titleOf(dataset, sample)}: ${values.join(", ")}${more}`;
  });
}

const textLinesMax = 6;

/** The beginning of the text. */
function firstLines(preprocessing: TextPreprocessing, { features }: Split): string[] {
  const write = tokenizerOf(preprocessing).writer();
  const beginning = [...features.subarray(0, textLinesMax * lineWidthMax)].map(write).join("");
  const lines = beginning.split("\n").slice(0, textLinesMax);
  return lines.map((line) => `| ${fit(cleanText(line), lineWidthMax - 2)}`);
}

function pictures(dataset: Dataset, shape: PictureShape): string[] {
  const { train, featureCount } = dataset;
  const across = Math.max(1, Math.floor((lineWidthMax + 2) / (shape.width + 2)));
  const count = Math.min(train.count, picturesMax, across);
  const largest = train.features instanceof Uint8Array ? 255 : 1;
  const blocks = Array.from({ length: count }, (_, sample) => {
    const start = sample * featureCount;
    const features = train.features.subarray(start, start + featureCount);
    const lines = pictureLines(greyOf(features, shape), sizeOf(shape), largest);
    return [fit(titleOf(dataset, sample), shape.width), ...lines];
  });
  const height = blocks[0]?.length ?? 0;
  return Array.from({ length: height }, (_, row) => {
    return blocks.map((lines) => fit(lines[row] ?? "", shape.width)).join("  ");
  });
}

function sizeOf({ height, width }: PictureShape): {
  readonly rows: number;
  readonly columns: number;
} {
  return { rows: height, columns: width };
}

/** The mean of a pixel's channels. */
function greyOf(features: Split["features"], shape: PictureShape): Float32Array {
  const { height, width, channels } = shape;
  return Float32Array.from({ length: height * width }, (_, at) => {
    const place = { row: Math.floor(at / width), column: at % width };
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      sum += features[featureAt(shape, { ...place, channel })] ?? 0;
    }
    return sum / channels;
  });
}

/** The class of a training sample, or its other targets. */
function titleOf({ target, train }: Dataset, sample: number): string {
  if (target.kind === "classes") {
    const label = train.targets[sample] ?? 0;
    return cleanText(target.names?.[label] ?? String(label));
  }
  const start = sample * target.count;
  return [...train.targets.subarray(start, start + target.count)].map(figure).join(", ");
}

function trainingLine({ title, steps, epochs, parameters }: TrainingDescription): string {
  const length = `${counted(epochs, "epoch")}, ${counted(steps, "step")}`;
  return `promedio start would train ${sayAtTerminal(title)}; ${length}, ${counted(parameters, "parameter")}`;
}
