/** @file The names of parameters, and where features are in pictures. */
import { describe, expect, test } from "vitest";

import { featureAt, pictureShapeOf, pixelAt } from "../../../../shared/data/picture.ts";
import { denseModel } from "../../../../shared/model/dense-model.ts";
import { parameterCount } from "../../../../shared/model/layout.ts";
import { parameterName } from "../../../../shared/model/parameter-name.ts";
import { say } from "../../../../shared/words/say.ts";
import { sayInEnglish } from "../../../../shared/words/sentence.ts";

const modelOf = (...widths: readonly number[]) =>
  denseModel({ widths, activation: "relu", output: "softmax" });

describe("a parameter's name", () => {
  test.each([
    [[28, 28], 784, 16 * (13 * 28 + 9) + 2, "layer 1, pixel 14,10 → neuron 3", "L1 14,10→3"],
    [[20, 30], 600, 16 * 30 + 15, "layer 1, pixel 2,1 → neuron 16", "L1 2,1→16"],
    [[2, 2, 3], 12, 16 * 4, "layer 1, green of pixel 1,2 → neuron 1", "L1 1,2g→1"],
    [[3, 2, 2], 12, 16 * 4, "layer 1, green of pixel 1,1 → neuron 1", "L1 1,1g→1"],
    [[4], 4, 16 * 3 + 1, "layer 1, feature 4 → neuron 2", "L1 4→2"],
    [[4], 4, 16 * 4 + 1, "layer 1, bias of neuron 2", "L1 bias 2"],
    [[4], 4, 16 * 5, "layer 2, neuron 1 → neuron 1", "L2 1→1"],
    [[4], 4, 16 * 5 + 16 * 5 + 4, "layer 2, bias of neuron 5", "L2 bias 5"],
  ])(
    "of samples of shape [%j], %i inputs, index %i, is %s",
    (shape, inputs, index, name, short) => {
      const named = parameterName(modelOf(inputs, 16, 5), shape, index);
      expect([sayInEnglish(named.name), sayInEnglish(named.short)]).toEqual([name, short]);
    },
  );

  test("has the names of the data: of a feature in the first layer, of a target in the last", () => {
    const names = { features: ["age", "sex=male", "fare", "deck"], targets: ["no", "yes", "?"] };
    const nameAt = (index: number) => {
      const { name, short } = parameterName(modelOf(4, 2, 3), [4], index, names);
      return [sayInEnglish(name), sayInEnglish(short)];
    };
    expect(nameAt(3)).toEqual(["layer 1, sex=male → neuron 2", "L1 sex=male→2"]);
    expect(nameAt(8)).toEqual(["layer 1, bias of neuron 1", "L1 bias 1"]);
    expect(nameAt(11)).toEqual(["layer 2, neuron 1 → yes", "L2 1→yes"]);
    expect(nameAt(17)).toEqual(["layer 2, bias of yes", "L2 bias yes"]);
    // One output for two classes is neither of them.
    const single = parameterName(modelOf(4, 2, 1), [4], 12, { targets: ["no", "yes"] });
    expect(sayInEnglish(single.name)).toBe("layer 2, bias of neuron 1");
  });

  test("is in the reader's language", () => {
    const { name } = parameterName(modelOf(784, 16, 10), [28, 28], 16 * 5);
    expect(say("es", name)).toBe("capa 1, píxel 1,6 → neurona 1");
  });

  test("is a different one for each of 107 parameters", () => {
    const model = modelOf(12, 6, 3, 2);
    const count = parameterCount(model);
    const names = Array.from({ length: count }, (_, i) => {
      return sayInEnglish(parameterName(model, [2, 2, 3], i).name);
    });
    expect(count).toBe(107);
    expect(new Set(names).size).toBe(count);
  });
});

describe("a picture's shape", () => {
  test.each([
    [
      [28, 28],
      [28, 28, 1, false],
    ],
    [
      [20, 30],
      [20, 30, 1, false],
    ],
    [
      [32, 32, 3],
      [32, 32, 3, false],
    ],
    [
      [3, 32, 32],
      [32, 32, 3, true],
    ],
    [
      [9, 7, 1],
      [9, 7, 1, false],
    ],
  ])("of samples %j has height, width, channels and planes %j", (featureShape, expected) => {
    const shape = pictureShapeOf(featureShape)!;
    const { height, width, channels, isPlanar } = shape;
    expect([height, width, channels, isPlanar]).toEqual(expected);
    for (let feature = 0; feature < height * width * channels; feature++) {
      expect(featureAt(shape, pixelAt(shape, feature))).toBe(feature);
    }
  });

  test.each([[[4]], [[784]], [[1, 9]], [[9, 1]], [[5, 5, 2]], [[4, 4, 3, 3]], [[]]])(
    "is none for samples %j",
    (featureShape) => expect(pictureShapeOf(featureShape)).toBeUndefined(),
  );
});
