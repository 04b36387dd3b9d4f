/** @file Trains on arrays in memory and predicts: is a point inside the unit circle? */
// oxlint-disable no-console -- it shows what it found
import { loadCheckpoint, predict, train } from "promedio";

const points = Array.from({ length: 400 }, (_, i) => [
  ((i * 7) % 40) / 20 - 1,
  ((i * 11) % 37) / 18 - 1,
]);
const isInside = ([x, y]) => Number(x * x + y * y < 0.5);

const run = train({
  data: { features: points, targets: points.map(isInside) },
  model: "2,16,2",
  epochs: 60,
  learningRate: 0.05,
  optimizer: "adam",
});
for await (const event of run) {
  if (event.event === "epoch" && event.epoch % 20 === 0) console.log(event.epoch, event.trainLoss);
}
const { fingerprint, checkpoint } = await run.result;
console.log(fingerprint);

const model = await loadCheckpoint(checkpoint);
const [centre, corner] = await predict(model, [
  [0, 0],
  [0.9, 0.9],
]);
console.log(`centre: ${centre.answer}, corner: ${corner.answer}`);
