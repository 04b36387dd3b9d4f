/** @file `--output` is a single spelling of two options: the last layer's activation, and the folder of the runs. */
import { shown } from "../../shared/error-text.ts";
import { outputActivations } from "../../shared/model/dense-model.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import type { GivenOptions } from "../../shared/run/settings/option.ts";
import { oneOf } from "../../shared/run/settings/readers.ts";
import { nearest } from "../../shared/run/settings/suggest.ts";
import { type Sentence, sentence, type Value } from "../../shared/words/sentence.ts";

const activation = oneOf(outputActivations);

/**
 * Splits `output` within one source: an activation's name becomes `outputActivation`, anything else `runs`.
 *
 * @throws OperatorError for a misspelt activation, or one that contradicts the source's own `outputActivation`.
 */
export function expandOutput(source: GivenOptions): GivenOptions {
  const output = source.get("output");
  if (output === undefined) return source;
  const expanded = new Map(source);
  expanded.delete("output");
  for (const text of output.texts) {
    const key = activation.read(text) === undefined ? "runs" : "outputActivation";
    const setting = withValue(output.origin.label, text);
    const other = source.get(key);
    if (other !== undefined && other.texts[0] !== text) {
      const otherSetting = withValue(other.origin.label, other.texts.join());
      throw new OperatorError(sentence("contradicting-outputs", { setting, other: otherSetting }));
    }
    const meant = key === "runs" ? nearest(text, outputActivations) : undefined;
    if (meant !== undefined && !/[/\\]/u.test(text)) {
      throw new OperatorError(
        sentence("no-activation", { setting, word: meant, folder: shown(text) }),
      );
    }
    expanded.set(key, { texts: [text], origin: output.origin });
  }
  return expanded;
}

function withValue(setting: Value, text: string): Sentence {
  return sentence("setting-with-value", { setting, value: shown(text) });
}
