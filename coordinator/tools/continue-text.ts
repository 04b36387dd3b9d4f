/** @file Continues a text with a trained model and writes it as it comes, or as one JSON object. */
import type { TextPreprocessing } from "../../shared/data/text/preprocess.ts";
import { tokenizerOf } from "../../shared/data/text/preprocess.ts";
import { decodeText } from "../../shared/decode-text.ts";
import { Predictor } from "../../shared/engine/predictor.ts";
import { TextWriter } from "../../shared/engine/text-writer.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { reasonOf, type Sentence, sentence } from "../../shared/words/sentence.ts";
import { readUnpacked } from "../datasets/compressed.ts";
import { type PredictCommand, writingDefaults } from "../options.ts";
import type { Disk } from "../storage/disk.ts";
import type { OpenedModel } from "./load-model.ts";

export interface ContinueWorld {
  readonly disk: Disk;
  /** All of standard input. */
  readonly readInput: () => Promise<Uint8Array>;
  /** Resolves when there is room for more. */
  readonly write: (text: string) => Promise<void>;
  readonly tell: (said: Sentence) => void;
}

/** @throws OperatorError if the prompt can't be read, or is given twice. */
export async function continueText(
  kernel: Kernel,
  model: OpenedModel & { readonly data: { readonly preprocessing: TextPreprocessing } },
  command: PredictCommand,
  world: ContinueWorld,
): Promise<void> {
  const { length, temperature, topK, seed, json } = { ...writingDefaults, ...command };
  const { preprocessing } = model.data;
  const prompt = await promptOf(command, world);
  warnOfStrangers(prompt, preprocessing, world.tell);
  const style = {
    temperature,
    topK: topK ?? null,
    seeds: [seed ?? model.config.seed, model.step],
  };
  const writer = new TextWriter(new Predictor(kernel, model.config), preprocessing);
  const tokens = writer.write(model.parameters, prompt, style);
  const write = json ? async () => undefined : world.write;
  await write(prompt);
  let text = "";
  for (let i = 0; i < length; i++) {
    const piece = tokens.next().value;
    text += piece;
    // As fast as the reader takes it.
    // oxlint-disable-next-line no-await-in-loop
    if (piece !== "") await write(piece);
  }
  if (!json) return await world.write("\n");
  const { path: checkpoint, step } = model;
  const [used] = style.seeds;
  const about = { checkpoint, step, temperature, topK: style.topK, seed: used };
  await world.write(`${JSON.stringify({ ...about, prompt, text })}\n`);
}

async function promptOf(
  { file, prompt }: PredictCommand,
  { disk, readInput }: ContinueWorld,
): Promise<string> {
  if (file === undefined) return prompt ?? "";
  if (prompt !== undefined) throw new OperatorError(sentence("prompt-twice", { path: file }));
  const bytes = file === "-" ? await readInput() : await readUnpacked(disk, file);
  try {
    return decodeText(bytes);
  } catch (error) {
    throw new OperatorError(
      sentence("dataset-file-unreadable", { path: file, reason: reasonOf(error) }),
    );
  }
}

function warnOfStrangers(
  prompt: string,
  preprocessing: TextPreprocessing,
  tell: ContinueWorld["tell"],
): void {
  const { tokensOf, unknown } = tokenizerOf(preprocessing);
  const count = tokensOf(prompt).filter((token) => token === unknown).length;
  if (count > 0) tell(sentence("prompt-unknown", { count }));
}
