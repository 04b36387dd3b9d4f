import { language } from "../texts/language.ts";
/** @file The page's figures, in the page's language. */
import { figuresIn } from "./figures.ts";

export const figures = figuresIn(language);
