/** @file Bugs that a relay could have, and that the simulator must find. Planted like the others, from outside. */
import { addsInOrderOfArrival, mixesRounds, sendsTwice } from "../../support/relays/planted.ts";
import type { PlantedBug } from "./planted-bugs.ts";

/** Where somebody audits, the wrong sum is recognised before it can reach the parameters. */
const wrongSum =
  /^(after step \d+ the fingerprint is|relay[\d ]+is honest, and was refused: ERR_MISMATCH)/u;

export const relayBugs: Readonly<Record<string, PlantedBug>> = {
  "a relay sends each sum twice": {
    seeds: [7],
    caughtAs: /^relay\d+ is honest, and was refused: ERR_OFFENCES /u,
    hooks: { relayPool: sendsTwice },
  },

  "a relay sends the sum of the round before": {
    seeds: [3],
    caughtAs: wrongSum,
    hooks: { relayPool: mixesRounds },
  },

  "a relay adds in the order of arrival": {
    seeds: [3],
    caughtAs: wrongSum,
    hooks: { relayPool: addsInOrderOfArrival },
  },

  "in int8, a relay rounds its nodes by draws of its own": {
    seeds: [31],
    // The relay audits its workers with the same kernel.
    caughtAs: /^(after step \d+ the fingerprint is|(relay|worker)[\d ]+is honest, and was)/u,
    hooks: {
      relayKernel: (kernel) => ({
        ...kernel,
        get views() {
          return kernel.views;
        },
        functions: {
          ...kernel.functions,
          roundToBytes: (pointer, count, key0, key1) =>
            kernel.functions.roundToBytes(pointer, count, key0 ^ 1, key1),
        },
      }),
    },
  },
};
