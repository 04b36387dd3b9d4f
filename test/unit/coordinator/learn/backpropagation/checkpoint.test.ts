/** @file A network from a file: a checkpoint gives back its parameters, and other files are refused. */
import { expect, test } from "vitest";

import { networkIn } from "../../../../../coordinator/learn/models/network/checkpoint.ts";
import {
  lectureModel,
  ownConfig,
} from "../../../../../coordinator/learn/models/network/lecture.ts";
import { toTorch } from "../../../../../coordinator/storage/torch-layout.ts";
import { initialParameters } from "../../../../../shared/model/initialize.ts";
import { encodeSafetensors } from "../../../../../shared/safetensors.ts";

const parameters = initialParameters(lectureModel, 7);
const tensors = toTorch(parameters, lectureModel);
const config = JSON.stringify(ownConfig);

test("the tensors of a checkpoint become the 13,002 parameters again, with their step", () => {
  const metadata = new Map([
    ["step", "1200"],
    ["config", config],
  ]);
  const network = networkIn(encodeSafetensors({ metadata, tensors }));
  expect(network).toEqual({ step: 1200, parameters });
});

test("a state_dict without metadata is at step 0", () => {
  const network = networkIn(encodeSafetensors({ metadata: new Map(), tensors }));
  expect(network).toEqual({ step: 0, parameters });
});

test("a network of other shapes, other activations or numbers that are not finite is refused", () => {
  const smaller = new Map([...tensors].filter(([name]) => name !== "4.bias"));
  expect(networkIn(encodeSafetensors({ metadata: new Map(), tensors: smaller }))).toBe(undefined);
  const relu = new Map([["config", config.replaceAll("sigmoid", "relu")]]);
  expect(networkIn(encodeSafetensors({ metadata: relu, tensors }))).toBe(undefined);
  const broken = toTorch(
    parameters.map((value, i) => (i === 5 ? NaN : value)),
    lectureModel,
  );
  const bytes = encodeSafetensors({ metadata: new Map(), tensors: broken });
  expect(networkIn(bytes)).toBe(undefined);
});

test("any other file is no safetensors file", () => {
  for (const bytes of [new Uint8Array(), new TextEncoder().encode("not a network at all")]) {
    expect(networkIn(bytes)).toBe(undefined);
  }
});
