/** @file The join page's first script: it starts the host, whose script is larger, while `join.js` is still on its way. */
import { startEarlyHost } from "./early-host.ts";

startEarlyHost();
