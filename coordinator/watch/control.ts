/**
 * @file Carries out the commands of a dashboard with the admin token. Every mistake is answered with the same line as
 * on the command line; none of them disturbs the run.
 */
import { shown } from "../../shared/error-text.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { dataOptions } from "../../shared/run/settings/data-settings.ts";
import type { Given } from "../../shared/run/settings/option.ts";
import { readSettings } from "../../shared/run/settings/read-settings.ts";
import {
  isRunKey,
  runOptions,
  type RunRequest,
  settingName,
} from "../../shared/run/settings/run-settings.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { isOpenToPages, openToPages } from "../datasets/loaders.ts";
import type { Runs } from "../runs.ts";
import type { BreakItEvents } from "./break-it-events.ts";
import { type DashboardCommand, commandSchema } from "./dashboard-messages.ts";

type StartCommand = Extract<DashboardCommand, { command: "start" }>;

export interface ControlOptions {
  readonly runs: Runs;
  readonly breakItEvents: BreakItEvents;
}

/** The reply to a command. `id` is 0 if the command could not even be read. */
export interface Reply {
  readonly id: number;
  readonly error: Sentence | null;
}

export class Control {
  readonly #options: ControlOptions;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** Carries out one command. A mistake in it never rejects. */
  async execute(text: string): Promise<Reply> {
    const command = readCommand(text);
    if (command === undefined) return { id: 0, error: sentence("no-such-command") };
    try {
      await this.#run(command);
      return { id: command.id, error: null };
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      return { id: command.id, error: error.said };
    }
  }

  async #run(command: DashboardCommand): Promise<void> {
    const { runs, breakItEvents } = this.#options;
    switch (command.command) {
      case "pause":
        return runs.pause();
      case "resume":
        return await runs.resume();
      case "stop":
        return await runs.stop();
      case "step":
        return runs.step();
      case "pace":
        return runs.pace(command.pace);
      case "start":
        return await this.#startAgain(command);
      case "drop":
        return breakItEvents.drop(command.worker);
      case "delay":
        return breakItEvents.delay(command.worker, command.seconds);
      case "corrupt":
        return breakItEvents.corrupt(command.worker);
      case "lie":
        return breakItEvents.lie(command.worker);
    }
  }

  /** A page knows the current dataset by its displayed name, wherever it was loaded from. */
  async #startAgain({ settings, confirmed, ...terms }: StartCommand): Promise<void> {
    const { runs } = this.#options;
    const { source = "", data = {}, config } = runs.current?.prepared ?? {};
    const isSame = settings["dataset"] === config?.dataset.name;
    const named = isSame ? { ...settings, dataset: source } : settings;
    const request = readRequest(named, [source]);
    const isSameSource = request.given.dataset === source;
    const asked = { ...request, asksFirst: confirmed !== true };
    // What a page can't choose stays as it is.
    const { validation: _, ...hidden } = data;
    const kept = isSameSource ? { ...hidden, ...request.data } : (request.data ?? {});
    await runs.startAgain({ ...asked, data: kept }, terms);
  }
}

function readCommand(text: string): DashboardCommand | undefined {
  try {
    return commandSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Reads the settings of a new run like the command line.
 *
 * @param named - Datasets that the operator has named, wherever they are. A page may choose them too.
 * @throws OperatorError for an unknown setting or an invalid value.
 */
export function readRequest(
  settings: Readonly<Record<string, string>>,
  named: readonly string[],
): RunRequest {
  const given = new Map<string, Given>();
  for (const [key, value] of Object.entries(settings)) {
    if (!isRunKey(key) && key !== "validation") {
      throw new OperatorError(sentence("no-such-setting", { name: shown(key) }));
    }
    const label = key === "validation" ? sentence("setting-validation") : settingName(key);
    given.set(key, { texts: [value], origin: { from: "flag", label } });
  }
  const { values, origins } = readSettings(runOptions, [given]);
  // Other settings of the data name files and columns of the operator's.
  const data = readSettings({ validation: dataOptions.validation }, [given]);
  const { dataset } = values;
  if (dataset !== undefined && !isOpenToPages(dataset) && !named.includes(dataset)) {
    // A page must not find out which folders exist on this machine.
    const setting = { setting: settingName("dataset"), value: shown(dataset) };
    throw new OperatorError(
      sentence("not-open-to-pages", {
        setting: sentence("setting-with-value", setting),
        choices: openToPages,
      }),
    );
  }
  return { given: values, data: data.values, origins: { ...origins, ...data.origins } };
}
