/** @file Learns a price from a table, and asks for the price of a row that is not in it. */
// oxlint-disable no-console -- it shows what it found
import { writeFile } from "node:fs/promises";

import { loadCheckpoint, predict, train } from "promedio";

// The price is 10 + 2 · area, and each room makes no difference.
const rows = Array.from({ length: 200 }, (_, i) => {
  const area = 40 + ((i * 37) % 120);
  return `${area},${1 + (i % 5)},${10 + 2 * area}.5`;
});
await writeFile("houses.csv", ["area,rooms,price", ...rows].join("\n"));

const run = train({
  data: "csv:houses.csv",
  target: "price",
  epochs: 150,
  optimizer: "adam",
  learningRate: 0.01,
});
const { checkpoint } = await run.result;

const model = await loadCheckpoint(checkpoint);
const [house] = await predict(model, [{ area: "100", rooms: "3" }]);
console.log(`a house of 100 m² costs about ${Math.round(house.values.price / 10) * 10}`);
