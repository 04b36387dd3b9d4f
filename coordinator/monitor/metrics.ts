/**
 * @file What `/metrics` shows: one row per metric, read from the views that the console and the dashboards get.
 *
 * Nothing is labelled with the name of a worker: strangers choose those, and every new label costs whoever stores the
 * series.
 *
 * @see https://prometheus.io/docs/practices/naming
 */
import { type CoordinatorView, phases, type RunView, type WorkerView } from "../run/view.ts";
import type { EventCounts } from "./event-counts.ts";
import type { Family, Sample } from "./exposition.ts";

export interface Monitored {
  readonly view: Pick<CoordinatorView, "run" | "workers">;
  readonly counts: EventCounts;
  readonly process: {
    readonly residentBytes: number;
    readonly cpuSeconds: number;
    /** Since 1970. */
    readonly startSeconds: number;
  };
}

export function metricsOf(monitored: Monitored): readonly Family[] {
  const { view, counts, process } = monitored;
  return [
    ...ofRun(view.run),
    ...ofWorkers(view.workers),
    ...ofEvents(counts),
    ...ofProcess(process),
  ];
}

function ofRun(run: RunView | null): readonly Family[] {
  const one = (read: (run: RunView) => number | null) => {
    const value = run === null ? null : read(run);
    return value === null ? [] : [{ value }];
  };
  return [
    gauge("promedio_run_info", "The current run.", run === null ? [] : [infoOf(run)]),
    gauge(
      "promedio_run_phase",
      "1 for the phase that the run is in.",
      run === null
        ? []
        : phases.map((phase) => ({ value: Number(phase === run.phase), labels: { phase } })),
    ),
    counter(
      "promedio_run_steps_total",
      "Committed steps.",
      one(({ step }) => step),
    ),
    gauge(
      "promedio_run_planned_steps",
      "Steps of the whole run.",
      one(({ totalSteps }) => totalSteps),
    ),
    counter(
      "promedio_run_training_seconds_total",
      "Time spent training, without evaluation and waiting for workers.",
      one(({ trainingSeconds }) => trainingSeconds),
    ),
    gauge(
      "promedio_run_remaining_seconds",
      "Estimated time to the end.",
      one(({ etaSeconds }) => etaSeconds),
    ),
    gauge(
      "promedio_run_training_loss",
      "Loss of the last steps, smoothed.",
      one(({ trainLoss }) => trainLoss),
    ),
    gauge(
      "promedio_run_learning_rate",
      "Learning rate of the next step.",
      one(({ learningRate }) => learningRate),
    ),
    gauge("promedio_run_evaluation_loss", "Loss of the last evaluation.", lossesOf(run)),
    gauge("promedio_run_evaluation_figure", "Figures of the last evaluation.", figuresOf(run)),
    gauge(
      "promedio_run_steps_per_second",
      "Committed steps per second.",
      one(({ stepsPerSecond }) => stepsPerSecond),
    ),
    gauge(
      "promedio_run_samples_per_second",
      "Training samples per second.",
      one(({ samplesPerSecond }) => samplesPerSecond),
    ),
    gauge(
      "promedio_run_received_bytes_per_second",
      "Gradients received per second.",
      one(({ bytesPerSecond }) => bytesPerSecond),
    ),
    gauge(
      "promedio_run_parameters",
      "Parameters of the network.",
      one(({ parameterCount }) => parameterCount),
    ),
  ];
}

function infoOf({ id, task, audit }: RunView): Sample {
  return { value: 1, labels: { run: id, task: task.name, audit } };
}

function evaluationsOf(run: RunView | null) {
  const all = [run?.lastEvaluation, run?.testEvaluation];
  const known = all.filter((one) => one !== null && one !== undefined);
  return [...new Map(known.map((evaluation) => [evaluation.split, evaluation])).values()];
}

function lossesOf(run: RunView | null): readonly Sample[] {
  return evaluationsOf(run).map(({ split, loss }) => ({ value: loss, labels: { split } }));
}

function figuresOf(run: RunView | null): readonly Sample[] {
  return evaluationsOf(run).flatMap(({ split, metrics }) =>
    Object.entries(metrics).flatMap(([figure, value]) => {
      return value === null ? [] : [{ value, labels: { split, figure } }];
    }),
  );
}

function sumOf<Item>(items: readonly Item[], read: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + read(item), 0);
}

function ofWorkers(workers: readonly WorkerView[]): readonly Family[] {
  const counts = new Map<string, { labels: Record<string, string>; value: number }>();
  for (const { kind, state } of workers) {
    const sample = counts.get(`${kind} ${state}`) ?? { labels: { kind, state }, value: 0 };
    sample.value += 1;
    counts.set(`${kind} ${state}`, sample);
  }
  const present = workers.filter(({ state }) => state !== "gone");
  const relays = present.flatMap(({ crew }) => (crew === undefined ? [] : [crew]));
  const threads = present.reduce((sum, worker) => sum + worker.threads, 0);
  return [
    gauge("promedio_workers", "Workers by kind and state.", [...counts.values()]),
    gauge("promedio_worker_threads", "Compute threads of all connected workers.", [
      { value: threads },
    ]),
    gauge(
      "promedio_workers_behind_relays",
      "Workers that relays pass work on to, as they say.",
      relays.length === 0 ? [] : [{ value: sumOf(relays, ({ workers: count }) => count) }],
    ),
    gauge(
      "promedio_relays_behind_relays",
      "Relays that are not connected to the coordinator itself, as the others say.",
      relays.length === 0 ? [] : [{ value: sumOf(relays, ({ relays: count }) => count) }],
    ),
  ];
}

function ofEvents({ runs, workers, refusals, warnings }: EventCounts): readonly Family[] {
  return [
    counter("promedio_runs_total", "Runs that ended, by how.", labelled(runs, "end")),
    counter(
      "promedio_worker_changes_total",
      "Workers that joined, left or were refused.",
      labelled(workers, "change"),
    ),
    counter(
      "promedio_refusals_total",
      "Peers whose connection was ended, by the protocol's code.",
      labelled(refusals, "code"),
    ),
    counter("promedio_warnings_total", "Warnings to the operator.", [{ value: warnings }]),
  ];
}

/** The names that every client library gives these. */
function ofProcess({ residentBytes, cpuSeconds, startSeconds }: Monitored["process"]) {
  return [
    gauge("process_resident_memory_bytes", "Resident memory.", [{ value: residentBytes }]),
    counter("process_cpu_seconds_total", "CPU time, user and system.", [{ value: cpuSeconds }]),
    gauge("process_start_time_seconds", "Start time since 1970.", [{ value: startSeconds }]),
  ];
}

function labelled(counts: Readonly<Record<string, number>>, label: string): readonly Sample[] {
  return Object.entries(counts).map(([name, value]) => ({ value, labels: { [label]: name } }));
}

function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, kind: "counter", help, samples };
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, kind: "gauge", help, samples };
}
