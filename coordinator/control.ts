/**
 * @file Carries out what a dashboard with the admin token orders. Every mistake comes back as the one line that the
 * command line would have said; none of them disturbs the run.
 */
import { OperatorError } from "../shared/operator-error.ts";
import type { BreakIt } from "./break-it.ts";
import type { Given } from "./cli/given.ts";
import { flagOf, isRunKey, runOptions, type RunRequest } from "./cli/options.ts";
import { readSettings } from "./cli/settings.ts";
import { shown } from "./cli/values.ts";
import type { Coordinator } from "./coordinator.ts";
import { type Order, orderSchema } from "./dashboard-messages.ts";
import type { PeerSocket } from "./peer.ts";
import type { Runs } from "./runs.ts";
import type { CoordinatorEvent } from "./view.ts";

export interface ControlOptions {
  readonly runs: Runs;
  readonly coordinator: Coordinator;
  readonly breakIt: BreakIt;
  readonly report: (event: CoordinatorEvent) => void;
}

/** What an order came to. `id` is 0 when the order could not even be read. */
export interface Reply {
  readonly id: number;
  readonly error: string | null;
}

export class Control {
  readonly #options: ControlOptions;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** Carries out one order; never rejects for a mistake in it. */
  async obey(text: string): Promise<Reply> {
    const order = readOrder(text);
    if (order === undefined)
      return { id: 0, error: "an order that this coordinator does not know" };
    try {
      await this.#carryOut(order);
      return { id: order.id, error: null };
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      return { id: order.id, error: error.message };
    }
  }

  async #carryOut(order: Order): Promise<void> {
    const { runs } = this.#options;
    switch (order.order) {
      case "pause":
        return runs.pause();
      case "resume":
        return runs.resume();
      case "stop":
        return await runs.stop();
      case "start":
        return await this.#startAgain(order.settings);
      case "drop":
        return this.#drop(order.worker);
      case "delay":
        return this.#delay(order.worker, order.seconds);
      case "corrupt":
        return this.#corrupt(order.worker);
    }
  }

  /** A page knows the current dataset by the name that it shows, whatever it was loaded from. */
  async #startAgain(settings: Readonly<Record<string, string>>): Promise<void> {
    const { runs } = this.#options;
    const { source = "", config } = runs.current?.prepared ?? {};
    const isSame = settings["dataset"] === config?.dataset.name;
    const named = isSame ? { ...settings, dataset: source } : settings;
    await runs.startAgain(readRequest(named, [source]));
  }

  #drop(workerId: string): void {
    const { socket, name } = this.#find(workerId);
    this.#say(`the connection of ${name} is cut`);
    this.#options.breakIt.drop(socket);
  }

  #delay(workerId: string, seconds: number): void {
    const { socket, name } = this.#find(workerId);
    const before = this.#options.runs.current;
    const step = before?.run.step ?? 0;
    this.#say(`all that ${name} sends is held back for ${seconds} s`);
    this.#options.breakIt.delay(socket, seconds, () => {
      const { current } = this.#options.runs;
      const steps = (current?.run.step ?? 0) - step;
      const meanwhile = current?.number === before?.number ? `; ${steps} steps meanwhile` : "";
      this.#say(`what ${name} sent comes through again${meanwhile}`);
    });
  }

  #corrupt(workerId: string): void {
    const { socket, name } = this.#find(workerId);
    this.#options.breakIt.corrupt(socket, (step) => {
      this.#say(`bits of ${name}'s gradient for step ${step} are flipped`);
    });
  }

  #find(workerId: string): { readonly socket: PeerSocket; readonly name: string } {
    const found = this.#options.coordinator.connectedWorker(workerId);
    if (found !== undefined) return found;
    throw new OperatorError(`worker ${shown(workerId)} is not connected; choose another`);
  }

  #say(what: string): void {
    this.#options.report({ event: "warning", message: `break it: ${what}` });
  }
}

function readOrder(text: string): Order | undefined {
  try {
    return orderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Reads the settings of a new run as the command line would.
 *
 * @param named - Datasets that the operator has named: their folders a page may name too.
 * @throws OperatorError for a setting that is none, or a value that it can't have.
 */
export function readRequest(
  settings: Readonly<Record<string, string>>,
  named: readonly string[],
): RunRequest {
  const given = new Map<string, Given>();
  for (const [key, value] of Object.entries(settings)) {
    if (!isRunKey(key)) throw new OperatorError(`there is no setting ${shown(key)}; leave it out`);
    given.set(key, { texts: [value], origin: { from: "flag", label: flagOf(key) } });
  }
  const { values, origins } = readSettings(runOptions, [given]);
  const { dataset } = values;
  if (dataset !== undefined && /^(mnist|idx):/u.test(dataset) && !named.includes(dataset)) {
    // A page must not find out which folders there are on this machine.
    throw new OperatorError(
      `--dataset ${shown(dataset)}: a folder is named on the command line; choose digits or mnist`,
    );
  }
  return { given: values, origins };
}
