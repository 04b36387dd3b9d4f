/** @file Answers about the race, which needs no network, but the second or so that a web worker has. */
import type { AnswerBody, QuestionOf } from "../questions.ts";
import { raceFacts, type RaceFacts } from "../race.ts";
import type { SurfaceName } from "../surfaces.ts";
import type { NetworkLab } from "./lab.ts";

const known = new WeakMap<NetworkLab, Map<string, RaceFacts>>();

/** The facts of the surface that is asked for, and of the one of the bet. */
export function answerRace(
  lab: NetworkLab,
  { surface, quiz, seed }: QuestionOf<"race">,
): AnswerBody<"race"> {
  const facts = known.get(lab) ?? new Map<string, RaceFacts>();
  known.set(lab, facts);
  const on = (name: SurfaceName) => {
    const key = `${name} ${seed}`;
    const found = facts.get(key) ?? raceFacts(lab.kernel, name, seed);
    facts.set(key, found);
    return found;
  };
  return { facts: on(surface), quiz: on(quiz) };
}
