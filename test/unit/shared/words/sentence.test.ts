/** @file The catalogues: every code with sample values in every language, and the handling of unknown codes. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { fitForWire, sentenceSchema } from "../../../../shared/protocol/sentence-schema.ts";
import { english } from "../../../../shared/words/english/index.ts";
import { languages } from "../../../../shared/words/language.ts";
import { say } from "../../../../shared/words/say.ts";
import {
  isSentence,
  quoted,
  reasonOf,
  sayAtTerminal,
  type Sentence,
  sentence,
  SentenceError,
  type Value,
} from "../../../../shared/words/sentence.ts";
import { commandLine as spanishCommandLine } from "../../../../shared/words/spanish/command-line.ts";
import { spanish } from "../../../../shared/words/spanish/index.ts";
import { tables as spanishTables } from "../../../../shared/words/spanish/tables.ts";
import { text as spanishText } from "../../../../shared/words/spanish/text.ts";
import { systemReason } from "../../../../shared/words/system-reason.ts";

const codes = Object.keys(english) as (keyof typeof english)[];

/** Values of every kind in turn, for the names in a code's English text. */
function sampleOf(code: keyof typeof english, seed: number): Sentence {
  const kinds: readonly Value[] = [
    "zzz",
    1,
    1234.5,
    true,
    ["zzz", 7, quoted("qqq")],
    sentence("step-diverged", { step: 9, reason: quoted("qqq") }),
  ];
  const values: Record<string, Value> = {};
  for (const [, name = ""] of english[code].matchAll(/\{(\w+)/gu)) {
    values[name] = kinds[(seed + Object.keys(values).length) % kinds.length] ?? "zzz";
  }
  return { code, values };
}

describe.each(languages)("every sentence in %s", (language) => {
  test("is complete with values of every kind: no brace, no undefined, no object, no empty text", () => {
    const wrong = codes.flatMap((code) => {
      const texts = Array.from({ length: 6 }, (_, seed) => say(language, sampleOf(code, seed)));
      const bad = texts.filter((text) => {
        return (
          text.trim() === "" ||
          /[{}?]\s*$|undefined|\[object|null|\{/u.test(text.replace(/\?$/u, ""))
        );
      });
      return bad.map((text) => `${code}: ${text}`);
    });
    expect(wrong).toEqual([]);
  });

  test("shows the values that English shows", () => {
    for (const code of codes) {
      const text: string = { en: english, es: spanish }[language][code];
      const shown = english[code].split("[terminal]", 1)[0] ?? "";
      expect(`${code}: ${namesIn(text.split("[terminal]", 1)[0] ?? "")}`).toBe(
        `${code}: ${namesIn(shown)}`,
      );
    }
  });

  test("is not an empty entry, and has no space at an end or two in a row", () => {
    const texts: readonly string[] = Object.values({ en: english, es: spanish }[language]);
    expect(
      texts.filter((text) => text === "" || text !== text.trim() || text.includes("  ")),
    ).toEqual([]);
  });
});

function namesIn(text: string): string {
  const names = [...text.matchAll(/\{(\w+)/gu)].map(([, name = ""]) => name);
  return [...new Set(names)].toSorted((a, b) => (a < b ? -1 : 1)).join();
}

/** Counts in front of their nouns, unless they are a limit or the whole that a part is of. */
const counted =
  /(?<!of |at most |more than |up to |1…)\{(\w+)\} (?:(?:local|different|training) )?(?:steps|epochs|rows|samples|columns|features|files|pictures|layers|workers|replicas|batches|values|numbers|characters|tokens|labels|classes|digits|parameters|texts|variants)\b/gu;
/** Sentences whose counts are never 1: they are more than a limit, or one alone is refused or has nothing to say. */
const neverOne = new Set(
  `augment-size cifar-names column-identifies column-of-many drawing-digits
  idle-replicas-more labels-numbered large-run model-too-large pictures-kept
  pictures-scaled rate-too-high-early table-task table-too-large table-too-many-columns
  table-too-many-rows target-is-identifier targets-tokens task-classes tensor-name-too-long
  text-three-parts text-too-many-characters text-two-parts token-count-differs tokens-too-few
  too-large-here too-many-classes too-many-parameters too-many-pictures too-many-values
  vary-too-many weights-count`.split(/\s+/u),
);

describe("a count of 1", () => {
  test("has its noun in the singular, unless it can never be 1", () => {
    const plural = codes.filter((code) => english[code].search(counted) !== -1);
    expect(new Set(plural)).toEqual(neverOne);
  });

  test("makes another Spanish sentence where it makes another English one", () => {
    const same: string[] = [];
    for (const code of codes) {
      for (const [, name = ""] of english[code].matchAll(/\{(\w+) = 1 \?/gu)) {
        const said = (count: string) =>
          say("es", { code, values: { [name]: count } }).replaceAll(/[12]/gu, "");
        if (said("1") === said("2")) same.push(`${code}: ${name}`);
      }
    }
    // "y se rechazó a 1 más": the verb is impersonal.
    expect(same).toEqual(["more-refused: count"]);
  });
});

describe("Spanish", () => {
  /** English words that no Spanish sentence contains. Names of values and commands don't count as English. */
  const englishWords =
    /(?<![\w-])(?:the|of|and|is|are|was|with|which|that|this|for|not|too|many|must|can|file|step|worker|run|by|from|has|have|it|its)(?![\w-])/iu;

  test("has no English left in it", () => {
    const left = Object.entries(spanish).filter(([, text]) => {
      return englishWords.test(text.replaceAll(/\{\w+|npm run build|(?:promedio|de) worker/gu, ""));
    });
    expect(left).toEqual([]);
  });

  test("names no command-line flag in sentences that only a page can show", () => {
    // The whole area of the command line, and the files, tables, texts and addresses given where the coordinator is started.
    const atStart = /^(?:tls|port|host|resume|setup|no-run-in|no-such-run|unknown|join-url)/u;
    const flags = Object.entries(spanish).filter(
      ([code, text]) =>
        / --[a-z]/u.test(text.split("[terminal]", 1)[0] ?? "") &&
        !(code in spanishCommandLine) &&
        !(code in spanishTables) &&
        !(code in spanishText) &&
        !atStart.test(code),
    );
    expect(flags).toEqual([]);
  });
});

describe("a sentence", () => {
  test("has no code twice, though the catalogue is split by area", () => {
    const folder = join(import.meta.dirname, "../../../../shared/words/english");
    const files = readdirSync(folder).filter((file) => file !== "index.ts");
    const found: string[] = [];
    for (const file of files) {
      const source = readFileSync(join(folder, file), "utf8");
      found.push(...[...source.matchAll(/^ {2}"?([\w-]+)"?:/gmu)].map(([, code = ""]) => code));
    }
    expect(files.length).toBeGreaterThan(8);
    expect(found.toSorted()).toEqual(codes.toSorted());
  });

  test("with an unknown code is shown as its text, else as its code, whatever else it contains", () => {
    const values = { text: "no such luck", depth: 7 };
    expect(languages.map((language) => say(language, { code: "from-the-future", values }))).toEqual(
      ["no such luck", "«no such luck»"],
    );
    expect(say("es", { code: "from-the-future", values: { depth: 7 } })).toBe("from-the-future");
    for (const code of ["constructor", "__proto__", "toString"])
      expect(say("en", { code, values: {} })).toBe(code);
  });

  test("with a known code but missing or other values is shown with question marks", () => {
    expect(say("en", { code: "waiting-for-workers", values: {} })).toBe(
      "waiting for ? more workers",
    );
    const odd = { code: "waiting-for-workers", values: { missing: ["a", 2], more: true } };
    expect(say("es", odd)).toBe("faltan a, 2 ayudantes más");
  });

  test("in Spanish shows an inner reason in Spanish, and quotes other people's words", () => {
    const reason = sentence("cannot-write", { path: "/a", reason: quoted("EWEIRD") });
    expect(say("es", reason)).toBe("no se puede escribir /a: «EWEIRD»");
    expect(say("en", reason)).toBe("cannot write /a: EWEIRD");
  });

  test("at a terminal says what to type, but not on a page", () => {
    const unknown = sentence("host-unknown");
    expect(sayAtTerminal(unknown)).toBe(
      "the Host field names another machine: use an address, or allow the name with --allow-origin",
    );
    expect(say("en", unknown)).toBe("the Host field names another machine: use an address");
  });

  test("can be thrown: its error's message is its English text", () => {
    const said = sentence("dataset-too-large", { bytes: 7 });
    const error = new SentenceError(said);
    expect([error.message, reasonOf(error)]).toEqual(["the dataset is larger than 7 bytes", said]);
    expect(reasonOf(new TypeError("odd"))).toEqual(quoted("odd"));
    expect(reasonOf("odd")).toEqual(quoted("odd"));
    expect([said, "odd", null, { code: 1 }].map(isSentence)).toEqual([true, false, false, false]);
  });

  test("about an operating system's error exists for those that an operator can fix", () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
    });
    expect(say("es", systemReason(full))).toBe("no queda espacio en el disco (ENOSPC)");
    const odd = Object.assign(new Error("EWEIRD: odd"), { code: "EWEIRD" });
    expect(systemReason(odd)).toEqual(quoted("EWEIRD: odd"));
  });
});

describe("a sentence on its way to a peer", () => {
  test("is sent unchanged if it fits, which every code does with short values", () => {
    for (const code of codes) {
      const said = sampleOf(code, 0);
      const plain = Object.fromEntries(Object.keys(said.values).map((name) => [name, "zzz"]));
      expect(fitForWire({ code, values: plain })).toEqual({ code, values: plain });
    }
  });

  test("that is too long, too deep or not finite is sent as its English text, cut", () => {
    const deep = sentence("of-worker", {
      worker: "ada",
      reason: sentence("step-diverged", { step: 7, reason: sentence("loss-not-finite") }),
    });
    expect(fitForWire(deep)).toEqual(
      quoted("ada: step 7 diverged: the loss is not finite; a lower learning rate may help"),
    );
    const long = fitForWire(quoted("x".repeat(5_000)));
    expect(sentenceSchema.safeParse(long).success).toBe(true);
    expect(say("en", long).length).toBeGreaterThan(900);
    const astral = fitForWire(quoted("😀".repeat(2_000)));
    expect(sentenceSchema.safeParse(astral).success).toBe(true);
    expect(say("en", astral)).toMatch(/^😀+$/u);
    expect(fitForWire(sentence("silent-for", { seconds: NaN }))).toEqual(
      quoted("silent for NaN s"),
    );
  });
});
