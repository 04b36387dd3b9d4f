/** @file All texts of the dashboard, in every language of the pages. */
import type { Dictionary } from "../../../shared/words/texts.ts";
import { english, type TextKey } from "./english.ts";
import { spanish } from "./spanish.ts";

export type { TextKey };

export const texts: Dictionary<TextKey> = { en: english, es: spanish };
