/**
 * @file A coordinator inside an Express application: the application keeps its pages, and people join the training below
 * `/training/` on the same port.
 */
// oxlint-disable no-console -- it shows what it found
import { once } from "node:events";

import express from "express";
import { startCoordinator, startWorker } from "promedio";

const app = express();
app.get("/", (_, response) => response.send("the application's own page"));
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");

// Others reach it at `joinUrl: "https://example.org/training"`, if the application is behind a proxy or a name.
const coordinator = await startCoordinator({
  server,
  basePath: "/training",
  data: "digits:400,100",
  epochs: 2,
});
console.log(`people join at ${coordinator.joinUrl}`);

const worker = startWorker({ url: coordinator.joinUrl });
const { fingerprint } = await coordinator.result;
console.log(fingerprint);

const own = await fetch(new URL("/", coordinator.url));
worker.leave();
await coordinator.close();
const after = await fetch(coordinator.url);
console.log(`${await own.text()}; after the training, /training is ${after.status}`);
server.close();
