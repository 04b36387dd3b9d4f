/** @file The card of a lesson: runs that one click starts, and what a room of devices needs from them. */
import type { CoordinatorView, RunView } from "../../run/view.ts";
import type { DashboardMessage } from "../../watch/dashboard-messages.ts";
import { chosenBefore, keepChoice } from "../choices.ts";
import type { Feed } from "../feed.ts";
import { create, element, setText } from "../page.ts";
import { type FormValues, settingsFor } from "../settings.ts";
import { said, say } from "../texts/language.ts";
import { type Preset, presetGroups, presetOf, presets, settingsOf } from "./presets.ts";
import { batchFor, epochsFor } from "./room.ts";

/** Lengths that are offered. People need a minute or two to scan a code and join. */
const minutesOffered = [2, 5, 10];
/** Training samples of the presets' own dataset. */
const digitsCount = 10_000;

export class LessonPanel {
  readonly #feed: () => Feed;
  readonly #wait = element("lesson-wait", HTMLInputElement);
  readonly #length = element("lesson-length", HTMLSelectElement);
  readonly #columns = element("lesson-columns", HTMLInputElement);
  readonly #buttons: HTMLButtonElement[] = [];
  #devices = 1;
  /** Steps a second of the run that is shown. */
  #pace = 0;
  #shown = { dataset: "", trainCount: digitsCount };

  constructor(feed: () => Feed) {
    this.#feed = feed;
    this.#length.append(
      new Option(say("asPreset"), ""),
      ...minutesOffered.map(
        (minutes) => new Option(say("aboutMinutes", { minutes }), `${minutes}`),
      ),
    );
    this.#wait.value = chosenBefore("wait") ?? "";
    this.#wait.placeholder = say("waitForNobody");
    this.#length.value = chosenBefore("length") ?? "";
    this.#columns.checked = chosenBefore("columns") === "yes";
    this.#wait.addEventListener("change", () => keepChoice("wait", this.#wait.value));
    this.#length.addEventListener("change", () => keepChoice("length", this.#length.value));
    this.#columns.addEventListener("change", () => {
      keepChoice("columns", this.#columns.checked ? "yes" : "no");
    });
    element("presets").append(...presetGroups.map((group) => this.#groupOf(group)));
  }

  /** How many take part, at least 1. */
  get devices(): number {
    return this.#devices;
  }

  /** How many devices the next run waits for; nothing if it begins at once. */
  get terms(): { readonly minWorkers?: number } {
    const wished = Math.floor(Number(this.#wait.value));
    return wished >= 1 ? { minWorkers: wished } : {};
  }

  /** Another run is shown. Viewers read what to look at, too. */
  begin({ config, counts }: Extract<DashboardMessage, { kind: "run" }>): void {
    const { train } = counts;
    this.#shown = { dataset: config.dataset.name, trainCount: train };
    const preset = presetOf(config, train);
    const look = element("look-at");
    look.hidden = preset === undefined;
    setText(
      look,
      preset === undefined ? "" : say("lookAt", { what: inside(say(`look${preset.id}`)) }),
    );
    for (const button of this.#buttons) {
      button.setAttribute("aria-pressed", String(button.dataset["preset"] === preset?.id));
    }
  }

  show({ workers, run }: Pick<CoordinatorView, "workers" | "run">): void {
    this.#devices = Math.max(1, workers.filter(({ state }) => state !== "gone").length);
    if (run !== null) this.#pace = paceOf(run) ?? this.#pace;
    const { batchSize: batch } = batchFor(this.#devices, digitsCount);
    setText(element("lesson-columns-what"), say("columnEach", { devices: this.#devices, batch }));
  }

  #groupOf(group: (typeof presetGroups)[number]): HTMLElement {
    const box = create("section", "preset-group");
    const list = create("ul", "presets");
    for (const preset of presets) {
      if (preset.group !== group) continue;
      const button = create("button", "", say(`preset${preset.id}`));
      button.type = "button";
      button.dataset["preset"] = preset.id;
      button.addEventListener("click", () => void this.#start(preset));
      this.#buttons.push(button);
      const item = create("li");
      item.append(button, create("p", "small soft", say(`look${preset.id}`)));
      list.append(item);
    }
    box.append(create("h3", "", say(`group${group}`)), list);
    return box;
  }

  async #start(preset: Preset): Promise<void> {
    for (const button of this.#buttons) button.disabled = true;
    setText(element("lesson-error"), "");
    const error = await this.#feed().command({
      command: "start",
      settings: settingsFor(this.#inRoom(preset)),
      ...this.terms,
    });
    setText(element("lesson-error"), said(error));
    for (const button of this.#buttons) button.disabled = false;
  }

  /** The preset's settings, with the batch and the length that the room needs. */
  #inRoom(preset: Preset): FormValues {
    const settings = settingsOf(preset, this.#shown.dataset);
    // The batches are their own point, and equally many samples are what makes them comparable.
    if (preset.group === "batches") return settings;
    const isShown = settings.dataset === this.#shown.dataset;
    const trainCount = isShown ? this.#shown.trainCount : digitsCount;
    const room: Partial<ReturnType<typeof batchFor>> = this.#columns.checked
      ? batchFor(this.#devices, trainCount)
      : {};
    const { batchSize = Number(settings.batchSize), shardSize } = room;
    const stepsPerEpoch = Math.ceil(trainCount / batchSize);
    const epochs = epochsFor(Number(this.#length.value), this.#pace, stepsPerEpoch);
    return {
      ...settings,
      batchSize: String(batchSize),
      ...(shardSize === undefined ? {} : { shardSize: String(shardSize) }),
      ...(this.#length.value === "" || epochs === undefined ? {} : { epochs: String(epochs) }),
    };
  }
}

/** A sentence in the middle of another one. */
function inside(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Steps a second at full speed, now or on average; `undefined` if nothing was measured. */
function paceOf({ stepsPerSecond, step, trainingSeconds, pace }: RunView): number | undefined {
  if (pace !== "full") return undefined;
  if (stepsPerSecond > 0) return stepsPerSecond;
  return trainingSeconds > 0 ? step / trainingSeconds : undefined;
}
