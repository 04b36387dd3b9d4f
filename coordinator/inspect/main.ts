/** @file `promedio inspect`: looks at a dataset and says what is in it, without training. Wiring only. */
import { parameterCount } from "../../shared/model/layout.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { planRun } from "../../shared/run/plan.ts";
import { resolveRunConfig } from "../../shared/run/settings/resolve.ts";
import { sayAtTerminal, sayInEnglish, type Sentence } from "../../shared/words/sentence.ts";
import type { LoadedDataset } from "../datasets/loader.ts";
import { loadDataset, profileDataset } from "../datasets/loaders.ts";
import type { InspectCommand } from "../options.ts";
import { factsOf } from "../run-setup.ts";
import { titleOf } from "../run/title.ts";
import { nodeDisk } from "../storage/disk.ts";
import { descriptionLines } from "./description-text.ts";
import {
  describeSamples,
  describeTable,
  type Description,
  type TrainingDescription,
} from "./description.ts";

export interface InspectWorld {
  /** Writes to standard output. */
  readonly write: (text: string) => void;
  /** Writes a line for the person who waits. */
  readonly tell: (line: string) => void;
}

/**
 * Looks at a dataset and writes what is in it.
 *
 * @returns The exit code.
 * @throws OperatorError if it can't even be opened.
 */
export async function runInspect(command: InspectCommand, world: InspectWorld): Promise<number> {
  const { dataset: name, json, cache, mnistMirror, data, origins } = command;
  const options = { disk: nodeDisk, cache, mnistMirror, data, origins };
  const looking = (said: Sentence) => world.tell(sayAtTerminal(said));
  const look = await profileDataset(name, { ...options, progress: looking });
  const notes: Sentence[] = [];
  const found = await loadOrProblem(() =>
    // What a table's loader says is part of the description.
    loadDataset(name, { ...options, progress: look ? (said) => void notes.push(said) : looking }),
  );
  if (look === undefined && "problem" in found) throw new OperatorError(found.problem);
  const dataset = "problem" in found ? undefined : found.loaded.dataset;
  const description: Description = {
    dataset: name,
    ...(look && { table: describeTable(look.profile, look.source.format, dataset) }),
    notes,
    ...("problem" in found
      ? { problem: found.problem }
      : { samples: describeSamples(found.loaded.dataset), ...trainingOrProblem(found.loaded) }),
  };
  const lines = () => `${descriptionLines(description, dataset).join("\n")}\n`;
  world.write(json ? jsonLine(description) : lines());
  return 0;
}

type Found = { readonly loaded: LoadedDataset } | { readonly problem: Sentence };

async function loadOrProblem(load: () => Promise<LoadedDataset>): Promise<Found> {
  try {
    return { loaded: await load() };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { problem: error.said };
  }
}

function trainingOrProblem(
  loaded: LoadedDataset,
): Pick<Description, "training"> | Pick<Description, "problem"> {
  try {
    return { training: trainingOf(loaded) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { problem: error.said };
  }
}

/** The run that starts without further settings. */
function trainingOf(loaded: LoadedDataset): TrainingDescription {
  const facts = factsOf(loaded);
  const config = resolveRunConfig({ given: {}, origins: {} }, facts);
  return {
    title: titleOf(config),
    steps: planRun(config, facts).totalSteps,
    epochs: config.epochs,
    parameters: parameterCount(config.model),
  };
}

/** A sentence becomes its English text beside its code and values, as in the coordinator's JSON lines. */
function jsonLine(description: Description): string {
  const { table, notes, problem, training, ...rest } = description;
  const printed = {
    ...rest,
    ...(table && { table: { ...table, format: sayInEnglish(table.format) } }),
    notes: notes.map(told),
    ...(problem && { problem: told(problem) }),
    ...(training && { training: { ...training, title: sayInEnglish(training.title) } }),
  };
  return `${JSON.stringify(printed)}\n`;
}

function told(said: Sentence): Sentence & { readonly message: string } {
  return { message: sayInEnglish(said), ...said };
}
