/**
 * @file A link that many workers share, computed: all messages of all workers, in both directions, are on it at once and get
 * equal parts of it, as TCP connections behind one access point do. A worker computes when its copy of the parameters is
 * complete, and its results leave as they are ready.
 */
export interface LinkedShare {
  /** Of the message that asks. */
  readonly askBytes: number;
  /** One per block, in order. */
  readonly blocks: readonly { readonly computeMs: number; readonly answerBytes: number }[];
}

export interface SharedLink {
  readonly bytesPerMs: number;
  /** From the first byte of a message on the link to its first byte at the other end. */
  readonly latencyMs: number;
  /** Cores that the workers have together: `Infinity` if each is a machine of its own. */
  readonly cores: number;
}

/** What a worker needed: from the beginning of the round to its last answer, and the part of it in which it computed. */
export interface LinkedTime {
  readonly elapsedMs: number;
  readonly computeMs: number;
}

/** Where something is that takes its part of a resource: the link or the cores. */
interface Flow {
  readonly worker: number;
  readonly uses: "link" | "cores";
  rest: number;
  readonly over: (atMs: number) => void;
}

/** One round: everybody is asked at time 0. @returns For each worker, when it was done. */
export function roundOn(link: SharedLink, shares: readonly LinkedShare[]): LinkedTime[] {
  const flows: Flow[] = [];
  const timers: { readonly atMs: number; readonly over: (atMs: number) => void }[] = [];
  const times = shares.map(() => ({ elapsedMs: 0, computeMs: 0 }));
  const send = (worker: number, bytes: number, over: (atMs: number) => void) =>
    flows.push({
      worker,
      uses: "link",
      rest: bytes / link.bytesPerMs,
      over: (atMs) => timers.push({ atMs: atMs + link.latencyMs, over }),
    });
  const compute = (worker: number, next: number, sinceMs: number) => {
    const block = shares[worker]?.blocks[next];
    if (block === undefined) return;
    const done = (atMs: number) => {
      const time = times[worker];
      if (time !== undefined) time.computeMs += atMs - sinceMs;
      send(worker, block.answerBytes, (endMs) => {
        if (time !== undefined) time.elapsedMs = Math.max(time.elapsedMs, endMs);
      });
      compute(worker, next + 1, atMs);
    };
    flows.push({ worker, uses: "cores", rest: block.computeMs, over: done });
  };
  for (const [worker, { askBytes }] of shares.entries()) {
    send(worker, askBytes, (atMs) => compute(worker, 0, atMs));
  }
  run(link, flows, timers);
  return times;
}

/** Lets everything happen, event by event. */
function run(
  { cores }: SharedLink,
  flows: Flow[],
  timers: { readonly atMs: number; readonly over: (atMs: number) => void }[],
): void {
  let nowMs = 0;
  while (flows.length > 0 || timers.length > 0) {
    const counts = { link: 0, cores: 0 };
    for (const { uses } of flows) counts[uses] += 1;
    const rate = { link: 1 / counts.link, cores: Math.min(1, cores / counts.cores) };
    const ends = flows.map(({ rest, uses }) => nowMs + rest / rate[uses]);
    const nextMs = Math.min(...ends, ...timers.map(({ atMs }) => atMs));
    const ended = flows.filter((_, i) => (ends[i] ?? Infinity) <= nextMs + 1e-9);
    for (const flow of flows) flow.rest -= (nextMs - nowMs) * rate[flow.uses];
    const due = timers.filter(({ atMs }) => atMs <= nextMs + 1e-9);
    nowMs = nextMs;
    flows.splice(0, flows.length, ...flows.filter((flow) => !ended.includes(flow)));
    timers.splice(0, timers.length, ...timers.filter((timer) => !due.includes(timer)));
    for (const { over } of [...ended, ...due]) over(nowMs);
  }
}
