import { describe, expect, test } from "vitest";

import { createStyle } from "../../../../../coordinator/console/view/style.ts";
import {
  beside,
  cleanText,
  displayWidth,
  fit,
  spread,
} from "../../../../../coordinator/console/view/text.ts";

const red = "\u001B[31m";

describe("cleanText", () => {
  test.each([
    ["a colour sequence", `${red}lab\u001B[0m`, "lab"],
    ["a window title with its text", "\u001B]0;owned\u0007lab", "lab"],
    ["a C1 control sequence", "\u009B2Jlab", "lab"],
    ["a lone escape", "la\u001Bb", "lab"],
    ["line breaks and tabs, as one space", "lab\r\n\tpc", "lab pc"],
    ["a direction override", "lab\u202Egnp.exe", "labgnp.exe"],
    ["joiners, skin tones and variation selectors", "👩🏽\u200D🔬❤\uFE0F", "👩🔬❤"],
    ["all but 2 of 20 stacked marks", `e${"\u0316".repeat(20)}`, "e\u0316\u0316"],
    ["half a surrogate pair", "lab\uD83D", "lab"],
  ])("removes %s", (_what, text, cleaned) => {
    expect(cleanText(text)).toBe(cleaned);
  });

  test("returns the fallback if nothing is left of a text", () => {
    expect(cleanText("\u001B[2J \u200B", "unnamed")).toBe("unnamed");
  });

  test("leaves no control character among 10,000 characters that repeat all 256 Latin-1 codes", () => {
    const all = Array.from({ length: 10_000 }, (_, code) => String.fromCodePoint(code % 256));
    // oxlint-disable-next-line no-control-regex
    expect(cleanText(all.join(""))).not.toMatch(/[\u0000-\u001F\u007F-\u009F]/u);
  });
});

describe("displayWidth", () => {
  test.each([
    ["lab-pc-01", 9],
    ["日本の端末", 10],
    ["한국어", 6],
    ["🚀", 2],
    ["Zoe\u0308", 3],
    ["🇪🇸", 2],
    ["w₆₄₈₈", 5],
    [`${red}lab\u001B[39m`, 3],
    ["", 0],
  ])("of %j is %i cells", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe("fit", () => {
  test("pads to 6 cells on the side opposite to the alignment", () => {
    expect(fit("lab", 6)).toBe("lab   ");
    expect(fit("lab", 6, "right")).toBe("   lab");
  });

  test("cuts a wide character whole: 5 of 10 cells hold two of them and the ellipsis", () => {
    expect(fit("日本の端末", 5)).toBe("日本…");
    expect(fit("日本の端末", 6)).toBe("日本… ");
  });

  test("ends the colour that it cuts through", () => {
    const { warn } = createStyle(true);
    const cut = fit(warn("a long warning"), 7);
    expect(displayWidth(cut)).toBe(7);
    expect(cut.endsWith("\u001B[0m")).toBe(true);
  });

  test("gives exactly the width for every width from 0 to 20", () => {
    for (let width = 0; width <= 20; width++) {
      expect(displayWidth(fit(`a${red}日本\u001B[39m🚀 tail`, width))).toBe(width);
    }
  });
});

test("spread puts 2 texts at the ends of 12 cells and cuts the left one first", () => {
  expect(spread("left", "right", 12)).toBe("left   right");
  expect(spread("a long left", "right", 12)).toBe("a lon… right");
});

test("beside pads the shorter of 2 blocks", () => {
  expect(beside(["ab", "c"], 3, ["x"], 2)).toEqual(["ab   x ", "c      "]);
});
