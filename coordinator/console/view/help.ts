/** @file The keys, as described in the help and the screen's last line. */
import { stripVTControlCharacters } from "node:util";

import type { CoordinatorView } from "../../run/view.ts";
import { dashboardText, joinText, learnText } from "./head.ts";
import type { Style } from "./style.ts";
import { displayWidth, fit } from "./text.ts";

const helpText: readonly (readonly [key: string, meaning: string])[] = [
  ["p", "pause the run, and go on"],
  ["s s", "stop the run: it is saved, and p continues it"],
  ["tab c", "next panel: overview, loss, workers, promedio, log"],
  ["↑ ↓ k j", "scroll the workers"],
  ["← → h l", "scroll the columns of the promedio"],
  ["q", "show or hide the QR code of the join URL"],
  ["?", "this help"],
  ["Ctrl-C", "end the coordinator; a run in progress is saved"],
  ["Ctrl-Z", "suspend it, with the workers that it started; fg continues"],
];

/** The links, the keys and an explanation of the promedio. The links come first, because a terminal may have few rows. */
export function helpLines(view: CoordinatorView, columns: number, style: Style): string[] {
  const lines = helpText.map(([key, meaning]) => `  ${style.bold(fit(key, 8))} ${meaning}`);
  const others = view.otherJoinUrls.map((url) => `${style.dim("  or")} ${url}`);
  const all = [
    joinText(view, style),
    ...others,
    dashboardText(view, style),
    learnText(view, style),
  ];
  const links = all.flatMap((link) => wrapped(link, columns));
  const notes = [
    "  promedio: each worker's mean gradient for six of the parameters, and the",
    "  average of them all, which moves the parameters",
  ];
  return [...links, "", ...lines, "", ...notes.map(style.dim)];
}

/** A link on one line or, where that is too short, its name and then the link in as many lines as it takes. */
function wrapped(link: string, columns: number): string[] {
  const line = `  ${link}`;
  if (displayWidth(line) <= columns) return [line];
  const name = link.slice(0, link.lastIndexOf(" "));
  const url = stripVTControlCharacters(link.slice(name.length + 1));
  const rows = Math.ceil(url.length / columns);
  const parts = Array.from({ length: rows }, (_, row) =>
    url.slice(row * columns, (row + 1) * columns),
  );
  return [`  ${name}`, ...parts];
}

/** The keys in one line that fits into 80 cells. Scroll keys are included only if there is more to see. */
export function keysLine(
  can: {
    readonly pause: boolean;
    readonly resume: boolean;
    readonly stop: boolean;
    readonly scrollRows: boolean;
    readonly scrollColumns: boolean;
  },
  style: Style,
): string {
  const key = (name: string, meaning: string) => `${style.bold(name)} ${style.dim(meaning)}`;
  const arrows = `${can.scrollRows ? "↑↓" : ""}${can.scrollColumns ? "←→" : ""}`;
  return [
    ...(can.pause ? [key("p", can.resume ? "go on" : "pause")] : []),
    ...(can.stop ? [key("s", "stop")] : []),
    key("tab", "panels"),
    ...(arrows === "" ? [] : [key(arrows, "scroll")]),
    key("q", "QR"),
    key("?", "help, links"),
    key("Ctrl-C", "end"),
  ].join("   ");
}
