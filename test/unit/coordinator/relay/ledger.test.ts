/** @file What a relay remembers of a step: what it has committed itself to stays until the step is forgotten. */
import { expect, test } from "vitest";

import { belowAlong, levelsOf, nodesBetween } from "../../../../coordinator/audit/commitment.ts";
import { Ledger } from "../../../../coordinator/relay/ledger.ts";
import { known } from "../../../../shared/assert.ts";
import type { Block } from "../../../../shared/run/tree.ts";

const leafCount = 4;
const whole = { start: 0, end: leafCount };
const block = (start: number, end: number): Block => ({ start, end });
/** A result whose values say which block it is of. */
const resultOf = ({ start, end }: Block) => ({
  values: Uint8Array.of(start, end),
  lossSum: end - start,
  correct: 0,
});

function createLedger() {
  const ledger = new Ledger({ valuesOf: () => undefined, pass: () => {} });
  const sent = (workerId: string, of: Block) => ledger.sent(workerId, 0, of, resultOf(of));
  const added = (of: Block) => ledger.added(of, resultOf(of));
  return { ledger, sent, added };
}

/** The hash of everything below the whole block, as the path to a leaf gives it. */
function belowShown(ledger: Ledger, leaf: number): string | undefined {
  let below: string | undefined;
  ledger.challenge(
    { step: 0, block: [0, leafCount], leaf, draw: 0, above: 0 },
    {
      path: (end, digests) => {
        const nodes = known(nodesBetween(whole, end, leafCount), "a path");
        below = belowAlong(nodes, known(levelsOf(digests), "levels"));
      },
      reveal: () => {},
    },
  );
  return below;
}

test("a path fits the commitment also when the block is asked for again and computed in other parts", () => {
  const { ledger, sent, added } = createLedger();
  for (const start of [0, 1, 2, 3]) sent("one", block(start, start + 1));
  for (const sum of [block(0, 2), block(2, 4), whole]) added(sum);
  const committed = known(ledger.commit(whole), "several parts");

  sent("other", block(0, 2));
  for (const leaf of [0, 3]) expect(belowShown(ledger, leaf)).toBe(committed);
  sent("other", block(2, 4));
  added(whole);
  for (const leaf of [0, 3]) expect(belowShown(ledger, leaf)).toBe(committed);
  expect(ledger.commit(whole)).toBe(committed);

  ledger.clear();
  sent("other", block(0, 2));
  sent("other", block(2, 4));
  added(whole);
  expect(ledger.commit(whole)).not.toBe(committed);
});

test("before a commitment the latest parts count, which are those that were added", () => {
  const { ledger, sent, added } = createLedger();
  for (const start of [0, 1]) sent("gone", block(start, start + 1));
  added(block(0, 2));
  sent("one", block(0, 2));
  sent("one", block(2, 4));
  added(whole);
  const shown: string[] = [];
  ledger.challenge(
    { step: 0, block: [0, leafCount], leaf: 1, draw: 0, above: 0 },
    { path: ({ start, end }) => shown.push(`${start}-${end}`), reveal: () => {} },
  );
  expect(ledger.commit(whole)).toBe(belowShown(ledger, 1));
  expect(shown).toEqual(["0-2"]);
});
