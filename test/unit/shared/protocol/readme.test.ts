/**
 * @file Checks the specification against the code: messages, fields, bounds, codes, limits and the bytes of its
 * example.
 */
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import {
  announcements,
  isWorkerState,
  reactions,
  type WorkerState,
  workerStates,
} from "../../../../coordinator/workers/worker-states.ts";
import { known } from "../../../../shared/assert.ts";
import { denseModel } from "../../../../shared/model/dense-model.ts";
import { layerKinds } from "../../../../shared/model/layer-kinds.ts";
import { layoutOf } from "../../../../shared/model/layout.ts";
import { modelSchema } from "../../../../shared/model/model-schema.ts";
import { decodeMessage, encodeMessage } from "../../../../shared/protocol/codec.ts";
import { closeStatus, ProtocolError } from "../../../../shared/protocol/errors.ts";
import * as limits from "../../../../shared/protocol/limits.ts";
import { decodeWorkerMessage } from "../../../../shared/protocol/messages.ts";
import { refusalOf } from "../../../../worker/closure.ts";
import {
  codeSpansOf,
  fencesOf,
  headingsOf,
  plain,
  sectionOf,
  tableRows,
} from "../../../support/fixtures/markdown.ts";
import { messageFields } from "../../../support/fixtures/message-fields.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import {
  sampleCoordinatorMessages,
  sampleTensorFor,
  sampleWorkerMessages,
} from "./sample-messages.ts";

const page = readFileSync(
  new URL("../../../../shared/protocol/README.md", import.meta.url),
  "utf8",
);

const directions = [
  { heading: "Messages from a worker", fields: messageFields.worker },
  { heading: "Messages from the coordinator", fields: messageFields.coordinator },
];

describe("the specification", () => {
  test.each(directions)(
    "'$heading' has every message with exactly its fields, and no other",
    ({ heading, fields }) => {
      const section = sectionOf(page, heading);
      const described = headingsOf(section, 3).map((title) => {
        const rows = tableRows(sectionOf(section, title));
        return [plain(title), ["type", ...rows.map(([field = ""]) => plain(field))]];
      });
      expect(Object.fromEntries(described)).toEqual(Object.fromEntries(fields));
    },
  );

  test.each([...sampleWorkerMessages, ...sampleCoordinatorMessages])(
    "$type: says whether it carries a tensor",
    ({ type }) => {
      const says = sectionOf(page, `\`${type}\``).includes("Tensor: ");
      expect(says).toBe(sampleTensorFor(type).length > 0);
    },
  );

  test("names the right bounds of the fields that have one", () => {
    const bounds = {
      name: `text ≤ ${limits.workerNameLengthMax}`,
      agent: `text ≤ ${limits.agentLengthMax}`,
      threads: `integer 1–${limits.threadsMax}`,
      reason: "sentence",
      blocks: `list of 1–${limits.blocksPerWorkMax} blocks`,
    };
    const rows = directions.flatMap(({ heading }) => tableRows(sectionOf(page, heading)));
    const described = rows.map(([field = "", type = ""]) => [plain(field), type] as const);
    const bounded = described.filter(([field]) => Object.hasOwn(bounds, field));
    expect(new Set(bounded.map(([field]) => field)).size).toBe(5);
    expect(Object.fromEntries(bounded)).toEqual(bounds);
    expect(new Set(bounded.map((row) => row.join(": "))).size).toBe(5);
  });

  test("has a row for every message in the tables of who may send what when, and no other", () => {
    const rows = tableRows(sectionOf(page, "The life of a connection"));
    const named = rows.flatMap(([names = ""]) => codeSpansOf(names));
    const types = directions.flatMap(({ fields }) => [...fields.keys()]);
    expect(named.toSorted()).toEqual(types.toSorted());
  });

  test("gives for each of 4 states what follows each of a worker's messages, as the coordinator acts", () => {
    const acted = Object.entries(reactions).map(([type, byState]) => {
      const cells = workerStates.map((state) => byState[state]);
      return [type, cells.map((cell) => (isWorkerState(cell) ? `→ ${cell}` : cell))];
    });
    expect(stateCellsOf(messageFields.worker)).toEqual(Object.fromEntries(acted));
  });

  test("gives for each of 4 states what the coordinator may send, as it is held to", () => {
    const held = Object.entries(announcements).map(([type, states]) => {
      const after: Partial<Record<WorkerState, WorkerState>> = states;
      const cells = workerStates.map((state) => {
        const next = after[state];
        if (next === undefined) return "";
        return next === state ? "yes" : `→ ${next}`;
      });
      return [type, cells];
    });
    expect(stateCellsOf(messageFields.coordinator)).toEqual(Object.fromEntries(held));
  });

  test("has every error code with its close status, and no other", () => {
    const rows = tableRows(sectionOf(page, "Errors"));
    const described = rows.map(([code = "", status]) => [plain(code), Number(status)]);
    expect(Object.fromEntries(described)).toEqual(closeStatus);
  });

  test("says 'stay away' for exactly the 7 statuses after which our worker does", () => {
    const rows = tableRows(sectionOf(page, "Errors"));
    const final = rows.filter(([, status]) => {
      return refusalOf({ status: Number(status), reason: null }) !== undefined;
    });
    expect(final).toHaveLength(7);
    expect(rows.filter(([, , , advice]) => advice === "stay away")).toEqual(final);
  });

  test("has every limit, and no other", () => {
    const named = tableRows(sectionOf(page, "Limits")).map(([name = ""]) => plain(name));
    expect(named.toSorted()).toEqual(Object.keys(limits).toSorted());
  });

  test("gives every limit that is a number, or a few of them, its value", () => {
    for (const [name, limit] of Object.entries(limits)) {
      if (typeof limit === "function") continue;
      const numbers = typeof limit === "number" ? [limit] : Object.values(limit);
      expect({ name, numbers: numbersIn(valueOf(name)) }).toEqual({ name, numbers });
    }
  });

  test("gives the 4 limits that depend on a size by their formula", () => {
    expect(valueOf("messageBytesMax")).toBe("4,096 + 5 + 4 · max(parameters, 65,536) bytes");
    expect(valueOf("queuedBytesMax")).toBe("2 · `messageBytesMax`");
    expect(valueOf("chunksMax")).toBe("message bytes ÷ 256 + 64");
    expect(valueOf("fragmentsMax")).toBe("message bytes ÷ 16,384 + 16");
    for (const size of [1, 65_536, 65_537, 1_000_000]) {
      const bytes = 4_096 + 5 + 4 * Math.max(size, 65_536);
      expect(limits.messageBytesMax(size)).toBe(bytes);
      expect(limits.queuedBytesMax(size)).toBe(2 * bytes);
      expect(limits.chunksMax(size)).toBe(Math.ceil(size / 256) + 64);
      expect(limits.fragmentsMax(size)).toBe(Math.ceil(size / 16_384) + 16);
    }
  });

  test("has every field of the run config, and no other", () => {
    const described = tableRows(sectionOf(page, "The run config")).map(([field = ""]) => {
      return plain(field).replace(" •", "");
    });
    const apart = new Set(["dataset", "task", "model", "loss"]);
    const fields = Object.entries(testConfig({})).flatMap(([key, value]) => {
      return apart.has(key) ? Object.keys(value ?? {}).map((inner) => `${key}.${inner}`) : [key];
    });
    expect(described.toSorted()).toEqual(fields.toSorted());
  });

  test("has every kind of layer with its settings and its parameters, and no other", () => {
    const described = tableRows(sectionOf(page, "The model")).map(([kind = "", ...cells]) => {
      return [plain(kind), { settings: namesIn(cells[0]), parameters: namesIn(cells[3]) }];
    });
    const kinds = Object.entries(layerKinds).map(([kind, { schema, example }]) => {
      const { layers } = layoutOf(modelSchema.parse(example));
      const tensors = layers.findLast(({ config }) => config.kind === kind)?.tensors ?? [];
      const settings = Object.keys(schema.def.shape).filter((key) => key !== "kind");
      return [kind, { settings, parameters: tensors.map(({ name }) => name) }];
    });
    expect(Object.fromEntries(described)).toEqual(Object.fromEntries(kinds));
  });

  test("writes the reference network exactly as the shorthand means it", () => {
    const [text = ""] = fencesOf(sectionOf(page, "The model"), "json");
    const widths = [784, 16, 16, 10];
    const model = denseModel({ widths, activation: "sigmoid", output: "softmax" });
    expect(JSON.parse(text)).toEqual(model);
  });

  test("shows 95 bytes of a gradient that the codec reads and writes", () => {
    const [listing = ""] = fencesOf(page, "hex");
    const digits = listing.replaceAll(/#.*$/gmu, "").replaceAll(/\s/gu, "");
    const bytes = Uint8Array.from(Buffer.from(digits, "hex"));
    expect(bytes).toHaveLength(95);
    const { header, tensor } = decodeWorkerMessage(bytes);
    expect(header).toEqual({
      type: "gradient",
      run: "r1",
      step: 7,
      block: [0, 2],
      computeMs: 1.5,
      lossSum: 147.25,
      correct: 5,
    });
    expect(new Float32Array(tensor.slice().buffer)).toEqual(Float32Array.of(1, -2));
    expect(encodeMessage(header, tensor)).toEqual(bytes);
  });

  test("promises that floats with an integral value and any integer format are read", () => {
    // { a: 7 as float64, b: 7 as uint64, c: −7 as int64, d: 1.5 as float32 }
    const parts = [
      "84",
      "a161 cb401c000000000000",
      "a162 cf0000000000000007",
      "a163 d3fffffffffffffff9",
      "a164 ca3fc00000",
    ];
    const bytes = Buffer.from(parts.join("").replaceAll(" ", ""), "hex");
    expect(decodeMessage(bytes).header).toEqual({ a: 7, b: 7, c: -7, d: 1.5 });
  });

  test("says of a key that occurs twice that the last one counts, and of text that code points count", () => {
    expect(page).toContain("If a key occurs twice, the last one counts.");
    expect(decodeMessage(Buffer.from("82a16101a16102", "hex")).header).toEqual({ a: 2 });
    expect(page).toContain("its length counted in Unicode code points");
    const hello = known(
      sampleWorkerMessages.find(({ type }) => type === "hello"),
      "a hello",
    );
    const named = (name: string) => decodeWorkerMessage(encodeMessage({ ...hello, name })).header;
    expect(named("\u{1f40d}".repeat(limits.workerNameLengthMax))).toMatchObject({ type: "hello" });
    expect(() => named("\u{1f40d}".repeat(limits.workerNameLengthMax + 1))).toThrow(/name/u);
  });

  test("says that the innermost value of a header is a level too", () => {
    expect(page).toContain("and a value is one level below the map or list that contains it");
    expect(() => decodeMessage(nested(limits.headerDepthMax - 2))).not.toThrow();
    expect(() => decodeMessage(nested(limits.headerDepthMax - 1))).toThrow(ProtocolError);
  });

  test("has a table of contents of all its sections", () => {
    const contents = [...page.matchAll(/^- \[([^\]]+)\]\(#/gmu)].map(([, title]) => title);
    expect(contents).toEqual(headingsOf(page, 2));
  });
});

/** A map, lists inside each other, and a number in the innermost list. */
function nested(lists: number): Buffer {
  return Buffer.from(`81a161${"91".repeat(lists)}07`, "hex");
}

/** The cells of the tables of states for the messages of one direction, by type. */
function stateCellsOf(fields: ReadonlyMap<string, unknown>): Record<string, string[]> {
  const rows = tableRows(sectionOf(page, "The life of a connection"));
  const cells = rows.flatMap(([names = "", ...byState]) => {
    return codeSpansOf(names).map((type): [string, string[]] => [type, byState.map(plain)]);
  });
  return Object.fromEntries(cells.filter(([type]) => fields.has(type)));
}

/** The value of a limit in the table of limits. */
function valueOf(limit: string): string | undefined {
  return tableRows(sectionOf(page, "Limits")).find(([name = ""]) => plain(name) === limit)?.[1];
}

/** The names in a cell, without the shapes beside them. */
function namesIn(cell = ""): string[] {
  return codeSpansOf(cell).filter((span) => !span.startsWith("["));
}

function numbersIn(value = ""): number[] {
  return [...value.matchAll(/\d[\d,]*/gu)].map(([digits]) => Number(digits.replaceAll(",", "")));
}
