/** @file Checks what a program of another person passes as a function: in JavaScript it may be anything. */
import { shown } from "./error-text.ts";
import { OperatorError } from "./operator-error.ts";
import { sentence } from "./words/sentence.ts";

/** @throws OperatorError if it is given and no function. */
export function checkFunction(setting: string, given: unknown): void {
  if (given === undefined || typeof given === "function") return;
  const found = typeof given === "string" ? shown(given) : typeof given;
  const values = { setting, expects: sentence("expects-function"), given: found };
  throw new OperatorError(sentence("must-be", values));
}
