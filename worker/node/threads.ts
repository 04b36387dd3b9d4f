/** @file Compute threads of a Node worker. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";

import { reasonOf, sentence } from "../../shared/words/sentence.ts";
import type { StartThread, ThreadReply } from "../threads/thread-messages.ts";

/** @param buildFolder - Contains `node-thread.js`, the bundled `thread.ts`. */
export function createStartThread(buildFolder: string): StartThread {
  return (events) => {
    const thread = new Worker(join(buildFolder, "node-thread.js"), { workerData: buildFolder });
    let ended = false;
    thread.on("message", (reply: ThreadReply) => events.reply(reply));
    thread.on("error", (error) =>
      events.crashed(sentence("thread-crashed", { reason: reasonOf(error) })),
    );
    thread.on("exit", (code) => {
      if (!ended) events.crashed(sentence("thread-ended", { code: String(code) }));
    });
    return {
      post: (request) => thread.postMessage(request, []),
      terminate() {
        ended = true;
        void thread.terminate();
      },
    };
  };
}
