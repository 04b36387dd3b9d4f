/** @file What the network reads in the drawings of a class, which are a test set that nobody prepared. */
import { drawingOf } from "../../../state/drawing.ts";
import type { AnswerBody, QuestionOf } from "../../questions.ts";
import type { NetworkLab } from "../lab.ts";

export function answerReadings(
  lab: NetworkLab,
  { step, pictures }: QuestionOf<"readings">,
): AnswerBody<"readings"> {
  const snapshot = lab.at(step);
  const { parameters } = snapshot;
  const readings = pictures.map((picture) => {
    const { digit: label, pixels = new Float32Array(784) } = drawingOf(picture);
    return { pixels, label, outputs: lab.predictor.outputs(parameters, pixels).slice() };
  });
  const accuracy = lab.accuracy(parameters, { first: 0, count: lab.source.digits.count });
  return { step: snapshot.step, parameters, readings, accuracy };
}
