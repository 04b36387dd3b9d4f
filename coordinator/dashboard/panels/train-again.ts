/**
 * @file The form of the next run. It sends texts; the coordinator decides whether they make a run, and answers in
 * one line.
 */
import { hiddenActivations, outputActivations } from "../../../shared/model/dense-model.ts";
import { lossNames } from "../../../shared/model/loss.ts";
import { optimizerNames, type RunConfig } from "../../../shared/run/config.ts";
import { hasCode } from "../../../shared/words/sentence.ts";
import { auditPolicies } from "../../audit/audit-policy.ts";
import type { Feed } from "../feed.ts";
import { create, element, setText } from "../page.ts";
import { formOf, settingsFor } from "../settings.ts";
import { said, say } from "../texts/language.ts";
import type { TextKey } from "../texts/texts.ts";

interface Field {
  readonly key: string;
  readonly label: TextKey;
  /** The options of a list; the first one means absent. */
  readonly choices?: readonly string[];
  readonly mode?: "numeric" | "decimal";
}

const fields: readonly Field[] = [
  { key: "dataset", label: "dataset" },
  { key: "layers", label: "layers" },
  { key: "activation", label: "activation", choices: hiddenActivations },
  { key: "outputActivation", label: "outputActivation", choices: outputActivations },
  { key: "loss", label: "lossFunction", choices: lossNames },
  { key: "optimizer", label: "optimizer", choices: optimizerNames },
  { key: "learningRate", label: "learningRate", mode: "decimal" },
  { key: "batchSize", label: "batchSize" },
  { key: "epochs", label: "epochs", mode: "numeric" },
  { key: "seed", label: "seed", mode: "numeric" },
];

export class TrainAgain {
  readonly #feed: () => Feed;
  readonly #form = element("again", HTMLFormElement);
  readonly #audit = listField([
    ["", say("asNow")],
    ...auditPolicies.map((each): [string, string] => [each, say(`policy${each}`)]),
  ]);
  readonly #inputs = new Map<string, HTMLInputElement | HTMLSelectElement>();
  #config: RunConfig | undefined;
  /** The coordinator asked whether to train the model that is in the form now. */
  #isAsked = false;
  readonly #button = create("button", "primary", say("start"));
  readonly #error = create("p", "mistake whole");

  constructor(feed: () => Feed) {
    this.#feed = feed;
    for (const field of fields) this.#form.append(this.#fieldOf(field));
    this.#audit.name = "audit";
    this.#form.append(labelled("audit", this.#audit));
    this.#error.setAttribute("role", "alert");
    const place = create("div", "whole");
    place.append(this.#button);
    this.#form.append(this.#error, place);
    this.#inputs.get("optimizer")?.addEventListener("change", () => this.#forgetRate());
    this.#form.addEventListener("input", () => this.#ask(false));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#start();
    });
  }

  /** A run started: the form offers its settings. Values that the reader typed stay. */
  begin(config: RunConfig, previous: RunConfig | undefined): void {
    this.#config = config;
    const values = formOf(config);
    const before = previous === undefined ? undefined : formOf(previous);
    for (const [key, input] of this.#inputs) {
      if (before === undefined || input.value === before[key]) input.value = values[key] ?? "";
    }
  }

  /** Another optimizer has another default rate, so forget the old one unless the reader typed it. */
  #forgetRate(): void {
    const rate = this.#inputs.get("learningRate");
    const { learningRate } = this.#config === undefined ? {} : formOf(this.#config);
    if (rate !== undefined && rate.value === learningRate) rate.value = "";
  }

  #fieldOf({ key, label, choices, mode }: Field): HTMLElement {
    const input =
      choices === undefined
        ? textField(mode)
        : listField([
            ["", say("byDefault")],
            ...choices.map((each): [string, string] => [each, each]),
          ]);
    input.name = key;
    this.#inputs.set(key, input);
    return labelled(label, input);
  }

  async #start(): Promise<void> {
    if (this.#config === undefined) return;
    const form = [...this.#inputs].map(([key, input]) => [key, input.value.trim()]);
    const settings = settingsFor(Object.fromEntries(form), this.#config);
    this.#button.disabled = true;
    setText(this.#button, say("starting"));
    setText(this.#error, "");
    const audit = auditPolicies.find((each) => each === this.#audit.value);
    const error = await this.#feed().command({
      command: "start",
      settings,
      ...(audit === undefined ? {} : { audit }),
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

function labelled(label: TextKey, input: HTMLElement): HTMLElement {
  const box = create("label");
  box.append(create("span", "", say(label)), input);
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
