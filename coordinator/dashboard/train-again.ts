/** @file The form of the next run. It sends texts; whether they make a run the coordinator says, in one line. */
import {
  hiddenActivations,
  lossNames,
  optimizerNames,
  outputActivations,
  type RunConfig,
} from "../../shared/run/config.ts";
import type { Feed } from "./feed.ts";
import { say } from "./language.ts";
import { create, element, setText } from "./page.ts";
import type { TextKey } from "./texts.ts";

interface Field {
  readonly key: string;
  readonly label: TextKey;
  /** Choices of a list; the first is what absent means. */
  readonly choices?: readonly string[];
  /** What the field shows while it is empty. */
  readonly hint?: (config: RunConfig) => string;
  readonly mode?: "numeric" | "decimal";
}

const fields: readonly Field[] = [
  { key: "dataset", label: "dataset", hint: ({ dataset }) => dataset.name },
  { key: "layers", label: "layers", hint: ({ model }) => model.layers.join(",") },
  { key: "activation", label: "activation", choices: hiddenActivations },
  { key: "outputActivation", label: "outputActivation", choices: outputActivations },
  { key: "loss", label: "lossFunction", choices: lossNames },
  { key: "optimizer", label: "optimizer", choices: optimizerNames },
  { key: "learningRate", label: "learningRate", mode: "decimal" },
  {
    key: "batchSize",
    label: "batchSize",
    mode: "numeric",
    hint: ({ batchSize }) => String(batchSize),
  },
  { key: "epochs", label: "epochs", mode: "numeric", hint: ({ epochs }) => String(epochs) },
  { key: "seed", label: "seed", mode: "numeric", hint: ({ seed }) => String(seed) },
];

/** Not in the form, but of the run at hand: an empty field means "as now", and so do they. */
export class TrainAgain {
  readonly #feed: () => Feed;
  readonly #form = element("again", HTMLFormElement);
  readonly #inputs = new Map<string, HTMLInputElement | HTMLSelectElement>();
  readonly #button = create("button", "primary", say("start"));
  readonly #error = create("p", "mistake whole");

  constructor(feed: () => Feed) {
    this.#feed = feed;
    for (const field of fields) this.#form.append(this.#fieldOf(field));
    this.#error.setAttribute("role", "alert");
    const place = create("div", "whole");
    place.append(this.#button);
    this.#form.append(this.#error, place);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#start();
    });
  }

  /** A run began: the form offers the same again. What the reader typed stays. */
  begin(config: RunConfig, previous: RunConfig | undefined): void {
    const values = settingsOf(config);
    const before = previous === undefined ? undefined : settingsOf(previous);
    for (const [key, input] of this.#inputs) {
      if (before === undefined || input.value === before[key]) input.value = values[key] ?? "";
    }
  }

  #fieldOf({ key, label, choices, mode }: Field): HTMLElement {
    const box = create("label");
    const input =
      choices === undefined
        ? textField(mode)
        : listField([
            ["", say("byDefault")],
            ...choices.map((each): [string, string] => [each, each]),
          ]);
    input.name = key;
    this.#inputs.set(key, input);
    box.append(create("span", "", say(label)), input);
    return box;
  }

  async #start(): Promise<void> {
    const settings: Record<string, string> = {};
    for (const [key, input] of this.#inputs) {
      const value = input.value.trim();
      if (value !== "") settings[key] = value;
    }
    this.#button.disabled = true;
    setText(this.#button, say("starting"));
    setText(this.#error, "");
    const error = await this.#feed().order({ order: "start", settings });
    setText(this.#error, error ?? "");
    setText(this.#button, say("start"));
    this.#button.disabled = false;
  }
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

/** A run config as the form spells it. */
function settingsOf({
  dataset,
  model,
  loss,
  optimizer,
  batchSize,
  epochs,
  seed,
}: RunConfig): Record<string, string> {
  return {
    dataset: dataset.name,
    layers: model.layers.join(","),
    activation: model.activation,
    outputActivation: model.output,
    loss: loss.name,
    optimizer: optimizer.name,
    learningRate: optimizer.name === "local-search" ? "" : String(optimizer.learningRate),
    batchSize: String(batchSize),
    epochs: String(epochs),
    seed: String(seed),
  };
}
