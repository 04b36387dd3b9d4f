/** @file What the page's network answers: one row a kind of question. Runs in a web worker; tests call it directly. */
import type { AnswerBody, Question, QuestionOf } from "../questions.ts";
import { answerAverages } from "./averages.ts";
import { answerDimensions } from "./dimensions.ts";
import { answerGradient } from "./gradient.ts";
import type { NetworkLab } from "./lab.ts";
import { answerObservation } from "./observation.ts";
import { answerParameter } from "./planes/parameter.ts";
import { answerSlice } from "./planes/slice.ts";
import { answerRace } from "./race.ts";
import { answerColumn } from "./room/column.ts";
import { answerRate } from "./room/rate.ts";
import { answerReadings } from "./room/readings.ts";
import { answerBatches } from "./training/batches.ts";
import { answerEffective } from "./training/effective.ts";
import { answerRates } from "./training/rates.ts";
import { answerData, answerWeight } from "./weight.ts";

type Kind = Question["kind"];

const answerers: {
  readonly [Each in Kind]: (lab: NetworkLab, question: QuestionOf<Each>) => AnswerBody<Each>;
} = {
  weight: answerWeight,
  data: answerData,
  gradient: answerGradient,
  dimensions: answerDimensions,
  slice: answerSlice,
  parameter: answerParameter,
  averages: answerAverages,
  batches: answerBatches,
  observation: answerObservation,
  race: answerRace,
  rates: answerRates,
  effective: answerEffective,
  rate: answerRate,
  readings: answerReadings,
  column: answerColumn,
};

/** Answers one question. Equal questions get equal answers. */
export function answer<Each extends Kind>(
  lab: NetworkLab,
  question: QuestionOf<Each>,
): AnswerBody<Each> {
  const answerer = answerers[question.kind];
  return answerer(lab, question);
}
