/** @file The keys, as described in the help and the screen's last line. */
import type { CoordinatorView } from "../../run/view.ts";
import { dashboardText, joinText } from "./head.ts";
import type { Style } from "./style.ts";
import { fit } from "./text.ts";

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

/** The keys, the links and an explanation of the promedio. */
export function helpLines(view: CoordinatorView, style: Style): string[] {
  const lines = helpText.map(([key, meaning]) => `  ${style.bold(fit(key, 8))} ${meaning}`);
  const others = view.otherJoinUrls.map((url) => `  ${style.dim("  or")} ${url}`);
  const links = [`  ${joinText(view, style)}`, ...others, `  ${dashboardText(view, style)}`];
  const notes = [
    "  promedio: each worker's mean gradient for six of the parameters, and the",
    "  average of them all, which moves the parameters",
  ];
  return [...lines, "", ...links, "", ...notes.map(style.dim)];
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
