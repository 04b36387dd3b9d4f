/**
 * @file The form of the next run. It sends texts; the coordinator decides whether they make a run, and answers in
 * one line.
 */
import { hiddenActivations, outputActivations } from "../../../shared/model/dense-model.ts";
import { weightDraws } from "../../../shared/model/initialize.ts";
import { lossNames } from "../../../shared/model/loss.ts";
import { optimizerNames, type RunConfig, scheduleNames } from "../../../shared/run/config.ts";
import { wireNames } from "../../../shared/run/wire.ts";
import { hasCode, sentence } from "../../../shared/words/sentence.ts";
import { auditPolicies } from "../../audit/audit-policy.ts";
import type { Feed } from "../feed.ts";
import { batchFor, type RoomBatch } from "../lesson/room.ts";
import { create, element, setText } from "../page.ts";
import {
  belongs,
  consequences,
  type FormKey,
  formKeys,
  formOf,
  type FormValues,
  settingsFor,
} from "../settings.ts";
import { said, say } from "../texts/language.ts";

/** The groups that are folded in, with their headings. The others are always there. */
const groups = { data: "moreData", network: "moreNetwork", optimizer: "moreOptimizer" } as const;

interface Field {
  /** Absent: it is always there. */
  readonly group?: keyof typeof groups;
  /** The options of a list; the first one means absent. */
  readonly choices?: readonly string[];
  readonly mode?: "numeric" | "decimal";
}

/** A new setting needs a row here, or it does not compile. */
const fields: Readonly<Record<FormKey, Field>> = {
  dataset: {},
  layers: {},
  activation: { choices: hiddenActivations },
  outputActivation: { choices: outputActivations },
  loss: { choices: lossNames },
  optimizer: { choices: optimizerNames },
  learningRate: { mode: "decimal" },
  batchSize: {},
  epochs: { mode: "numeric" },
  seed: { mode: "numeric" },
  validation: { group: "data", mode: "decimal" },
  augment: { group: "data" },
  classWeights: { group: "data" },
  labelSmoothing: { group: "data", mode: "decimal" },
  patience: { group: "data", mode: "numeric" },
  steps: { group: "data", mode: "numeric" },
  model: { group: "network" },
  initWeights: { group: "network", choices: weightDraws },
  freeze: { group: "network", mode: "numeric" },
  reduction: { group: "network", choices: ["mean", "sum"] },
  schedule: { group: "optimizer", choices: scheduleNames },
  warmupSteps: { group: "optimizer", mode: "numeric" },
  decayEpochs: { group: "optimizer", mode: "numeric" },
  decayFactor: { group: "optimizer", mode: "decimal" },
  finalFraction: { group: "optimizer", mode: "decimal" },
  restarts: { group: "optimizer" },
  weightDecay: { group: "optimizer", mode: "decimal" },
  l1: { group: "optimizer", mode: "decimal" },
  clipNorm: { group: "optimizer", mode: "decimal" },
  beta: { group: "optimizer", mode: "decimal" },
  beta1: { group: "optimizer", mode: "decimal" },
  beta2: { group: "optimizer", mode: "decimal" },
  epsilon: { group: "optimizer", mode: "decimal" },
  dampening: { group: "optimizer", mode: "decimal" },
  decoupledDecay: { group: "optimizer", mode: "decimal" },
  candidates: { group: "optimizer", mode: "numeric" },
  sigma: { group: "optimizer", mode: "decimal" },
  localSteps: { group: "optimizer", mode: "numeric" },
  replicas: { group: "optimizer", mode: "numeric" },
  outerLearningRate: { group: "optimizer", mode: "decimal" },
  outerMomentum: { group: "optimizer", mode: "decimal" },
  delay: { group: "optimizer", choices: ["0", "1"] },
  shardSize: { group: "optimizer", mode: "numeric" },
  wire: { group: "optimizer", choices: wireNames },
};

export class TrainAgain {
  readonly #feed: () => Feed;
  readonly #terms: () => { readonly minWorkers?: number };
  readonly #form = element("again", HTMLFormElement);
  readonly #audit = listField([
    ["", say("asNow")],
    ...auditPolicies.map((each): [string, string] => [each, say(`policy${each}`)]),
  ]);
  readonly #inputs = new Map<FormKey, HTMLInputElement | HTMLSelectElement>();
  /** The form of the current run. */
  #current: FormValues | undefined;
  /** The coordinator asked whether to train the model that is in the form now. */
  #isAsked = false;
  readonly #button = create("button", "primary", say("start"));
  /** A batch in which every device has a column. */
  readonly #offer = create("button", "small whole");
  #room: RoomBatch = { batchSize: 0 };
  readonly #error = create("p", "mistake whole");

  /** @param terms - What else a start says. */
  constructor(feed: () => Feed, terms: () => { readonly minWorkers?: number }) {
    this.#feed = feed;
    this.#terms = terms;
    this.#audit.name = "audit";
    this.#form.append(
      ...this.#labelsOf(undefined),
      labelled(say("audit"), this.#audit),
      this.#offer,
      this.#folded("data"),
      this.#folded("network"),
      this.#folded("optimizer"),
    );
    this.#offer.type = "button";
    this.#offer.addEventListener("click", () => this.#takeOffer());
    this.#error.setAttribute("role", "alert");
    const place = create("div", "whole");
    place.append(this.#button);
    this.#form.append(this.#error, place);
    this.#form.addEventListener("input", () => this.#ask(false));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#start();
    });
  }

  /** A run started: the form offers its settings. Values that the reader typed stay. */
  begin(config: RunConfig, validation: number | null): void {
    const before = this.#current;
    const values = formOf(config, validation);
    this.#current = values;
    for (const [key, input] of this.#inputs) {
      if (before === undefined || input.value === before[key]) input.value = values[key] ?? "";
    }
    this.#showFitting();
  }

  /** @param trainCount - Of the current run. */
  showDevices(devices: number, trainCount: number): void {
    this.#room = batchFor(devices, trainCount);
    setText(this.#offer, say("batchOffer", { batch: this.#room.batchSize, devices }));
  }

  #takeOffer(): void {
    const { batchSize, shardSize } = this.#room;
    const inputs = { batchSize, shardSize: shardSize ?? "" };
    for (const key of ["batchSize", "shardSize"] as const) {
      const input = this.#inputs.get(key);
      if (input !== undefined) input.value = String(inputs[key]);
    }
    this.#ask(false);
  }

  #labelsOf(group: Field["group"]): HTMLElement[] {
    return formKeys.filter((key) => fields[key].group === group).map((key) => this.#labelOf(key));
  }

  #folded(group: keyof typeof groups): HTMLElement {
    const folded = create("details", "whole");
    const inside = create("div", "fields");
    inside.append(...this.#labelsOf(group));
    folded.append(create("summary", "", say(groups[group])), inside);
    return folded;
  }

  #labelOf(key: FormKey): HTMLElement {
    const { choices, mode } = fields[key];
    const input =
      choices === undefined
        ? textField(mode)
        : listField([
            ["", say("byDefault")],
            ...choices.map((each): [string, string] => [each, each]),
          ]);
    input.name = key;
    input.addEventListener("change", () => this.#change(key));
    this.#inputs.set(key, input);
    const name = said(sentence(`setting-${key}`));
    return labelled(name.charAt(0).toUpperCase() + name.slice(1), input);
  }

  #values(): FormValues {
    return Object.fromEntries([...this.#inputs].map(([key, { value }]) => [key, value.trim()]));
  }

  #change(key: FormKey): void {
    const changes = consequences(key, this.#values(), this.#current ?? {});
    for (const [other, input] of this.#inputs) input.value = changes[other] ?? input.value;
    this.#showFitting();
  }

  /** Only what the chosen optimizer and schedule have. */
  #showFitting(): void {
    const form = this.#values();
    for (const [key, input] of this.#inputs) {
      const label = input.closest("label");
      if (label !== null) label.hidden = !belongs(key, form);
    }
  }

  async #start(): Promise<void> {
    if (this.#current === undefined) return;
    const settings = settingsFor(this.#values());
    this.#button.disabled = true;
    setText(this.#button, say("starting"));
    setText(this.#error, "");
    const audit = auditPolicies.find((each) => each === this.#audit.value);
    const error = await this.#feed().command({
      command: "start",
      settings,
      ...(audit === undefined ? {} : { audit }),
      ...this.#terms(),
      ...(this.#isAsked ? { confirmed: true } : {}),
    });
    setText(this.#error, said(error));
    this.#ask(hasCode(error, "large-run-question"));
    this.#button.disabled = false;
  }

  #ask(isAsked: boolean): void {
    this.#isAsked = isAsked;
    setText(this.#button, say(isAsked ? "startAnyway" : "start"));
  }
}

function labelled(label: string, input: HTMLElement): HTMLElement {
  const box = create("label");
  box.append(create("span", "", label), input);
  return box;
}

function textField(mode: Field["mode"]): HTMLInputElement {
  const input = create("input");
  input.type = "text";
  input.autocomplete = "off";
  input.placeholder = say("byDefault");
  if (mode !== undefined) input.inputMode = mode;
  return input;
}

function listField(
  choices: readonly (readonly [value: string, text: string])[],
): HTMLSelectElement {
  const select = create("select");
  select.append(...choices.map(([value, text]) => new Option(text, value)));
  return select;
}
