/** @file The activities that have a card of their own: one row each. */
import type { Activity } from "../../../classroom/messages.ts";
import { ColumnPanel } from "./column.ts";
import type { Panel, PanelHost } from "./panel.ts";
import { RatesPanel, usual as usualRates } from "./rates.ts";
import { WritingPanel } from "./writing.ts";

/** What a lecturer may open, in the order of the buttons. */
export const panelActivities: readonly Activity[] = [
  { kind: "column" },
  usualRates,
  { kind: "writing" },
];

const panels: Partial<Record<Activity["kind"], new (host: PanelHost) => Panel>> = {
  column: ColumnPanel,
  rates: RatesPanel,
  writing: WritingPanel,
};

/** The card of an activity; `undefined` for a bet, which is in its section. */
export function panelFor(host: PanelHost): Panel | undefined {
  const Made = panels[host.activity.kind];
  return Made === undefined ? undefined : new Made(host);
}
