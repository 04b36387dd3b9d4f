/** @file The page's figures, in the page's language. */
import { figuresIn } from "./figures.ts";
import { language } from "./language.ts";

export const figures = figuresIn(language);
