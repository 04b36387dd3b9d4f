/** @file The page's language, chosen once when the page opens. Another choice reloads it. */
import { chooseLanguage } from "../../../shared/words/language.ts";
import { say as sayIn } from "../../../shared/words/say.ts";
import { hasCode, type Sentence } from "../../../shared/words/sentence.ts";
import { translator } from "../../../shared/words/texts.ts";
import { setText } from "../page.ts";
import { showPicker, storedLanguage } from "./language-picker.ts";
import { type TextKey, texts } from "./texts.ts";

export const language = chooseLanguage(storedLanguage(), navigator.languages);

/** A text in the page's language. */
export const say = translator(texts, language);

/** A sentence from the coordinator in the page's language; empty for `null`. */
export function said(sentence: Sentence | null): string {
  return sentence === null ? "" : sayIn(language, sentence);
}

/** What the run waits for, after the word for waiting; where a reader can help, how. */
export function waited(reason: Sentence): string {
  if (hasCode(reason, "waiting-for-next-step")) return say("waitingStep");
  const { missing } = reason.values;
  if (!hasCode(reason, "waiting-for-workers") || missing === undefined) return said(reason);
  return say("waitingWorkers", { count: missing });
}

/** Shows the language in the page: every `data-text` and `data-label`, and the picker. */
export function translatePage(): void {
  showPicker(language);
  for (const target of document.querySelectorAll<HTMLElement>("[data-text]")) {
    setText(target, say(keyOf(target.dataset["text"])));
  }
  for (const target of document.querySelectorAll<HTMLElement>("[data-label]")) {
    target.setAttribute("aria-label", say(keyOf(target.dataset["label"])));
  }
}

function keyOf(name: string | undefined): TextKey {
  if (name === undefined || !Object.hasOwn(texts.en, name)) throw new Error(`no text ${name}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just checked
  return name as TextKey;
}
