/** @file Numbers for people, in their language. Pure. */

export interface Figures {
  /** `12,345`. */
  whole(value: number): string;
  /** Four significant digits, or a dash. */
  short(value: number | null): string;
  /** A fraction as a percentage, or a dash. */
  percent(value: number | null, digits?: number): string;
  /** `3.2 s`, `4 min 10 s`, `2 h 05 min`, or a dash. */
  seconds(value: number | null): string;
  /** With sign and three decimals: `+1.234e-2`. */
  gradient(value: number): string;
  /** `412 k`. */
  compact(value: number): string;
  /** With a fixed number of decimals. */
  fixed(value: number, digits: number): string;
  /** All digits, ungrouped, as one would type it: `1234.5`. */
  exact(value: number): string;
  /** What separates the fraction. */
  readonly mark: "." | ",";
  /** As few digits as identify it, at most four: `0.05`, `1.2e-5`. */
  shortest(value: number): string;
  /** A fraction as a percentage, with a decimal only if it is not 0: `80%`, `97.5%`. */
  shortestPercent(value: number): string;
}

const unknown = "–";

/** The same, but small numbers as people write them by hand: `7.4·10⁻⁴` instead of `7.4e-4`. */
export function withPowers(figures: Figures): Figures {
  return {
    ...figures,
    short: (value) => written(figures.short(value)),
    gradient: (value) => written(figures.gradient(value)),
    shortest: (value) => written(figures.shortest(value)),
  };
}

function written(text: string): string {
  return text.replace(
    /e(?<exponent>[-+]\d+)$/u,
    (_, exponent: string) => `·10${superscript(exponent)}`,
  );
}

/** An exponent: `-4` becomes `⁻⁴`. */
export function superscript(exponent: string): string {
  return exponent.replaceAll(/[-+\d]/gu, (sign) => superscripts[sign] ?? "");
}

const superscripts: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Array.from("⁰¹²³⁴⁵⁶⁷⁸⁹", (sign, digit) => [String(digit), sign])),
  "-": "⁻",
};

/** @param language - A language tag. */
export function figuresIn(language: string): Figures {
  const grouped = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const four = new Intl.NumberFormat(language, {
    maximumSignificantDigits: 4,
    minimumSignificantDigits: 4,
  });
  const compact = new Intl.NumberFormat(language, {
    notation: "compact",
    maximumSignificantDigits: 3,
  });
  const percents = [0, 1, 2].map(
    (digits) =>
      new Intl.NumberFormat(language, {
        style: "percent",
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  );
  const shortPercent = new Intl.NumberFormat(language, {
    style: "percent",
    maximumFractionDigits: 1,
  });
  const oneDigit = new Intl.NumberFormat(language, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const point = oneDigit.format(0.5).charAt(1);
  const local = (text: string) => text.replace(".", point);
  return {
    whole: (value) => grouped.format(Math.round(value)),
    short(value) {
      if (value === null || !Number.isFinite(value)) return unknown;
      const small = value !== 0 && Math.abs(value) < 1e-3;
      return small ? local(value.toExponential(2)) : four.format(value);
    },
    percent: (value, digits = 1) =>
      value === null ? unknown : (percents[digits]?.format(value) ?? unknown),
    seconds(value) {
      if (value === null) return unknown;
      if (value < 59.95) return `${oneDigit.format(value)} s`;
      const minutes = Math.floor(value / 60);
      if (minutes < 60)
        return `${minutes} min ${String(Math.floor(value % 60)).padStart(2, "0")} s`;
      return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
    },
    gradient(value) {
      if (value === 0) return "0";
      const size = Math.abs(value);
      const text =
        size >= 1e-3 && size < 100 ? size.toFixed(size < 1 ? 5 : 3) : size.toExponential(2);
      return (value < 0 ? "−" : "+") + local(text);
    },
    compact: (value) => compact.format(value),
    exact: (value) => local(String(value)),
    mark: point === "," ? "," : ".",
    fixed: (value, digits) => local(value.toFixed(digits)),
    shortest(value) {
      if (value !== 0 && Math.abs(value) < 1e-3) return local(value.toExponential(1));
      return local(String(Number(value.toPrecision(4))));
    },
    shortestPercent: (value) => shortPercent.format(value),
  };
}
