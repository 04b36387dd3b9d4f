/** @file The page's figures, in the page's language. */
import { language } from "../texts/language.ts";
import { figuresIn } from "./figures.ts";

export const figures = figuresIn(language);
