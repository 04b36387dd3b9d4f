/** @file The files of a run, and how they are found again. */

export const files = {
  "run-in-use":
    "{folder} is being trained by process {pid} on {host} since {since}: stop that one first, or choose another run",
  "run-lock-failed": "cannot lock {folder}: {reason}; choose another folder",
  "run-exists": "{path} exists already; choose another name or resume it",
  "cannot-set-up": "cannot set up {path}: {reason}[terminal]; choose another folder with --runs",
  "no-run-in-folder": "no run in {path}; start one without --resume",
  "no-such-run": "no run {name}, nor {path}; runs there: {runs}",
  "folder-passed-over": "{path} is skipped: {reason}",
  "cannot-look-for-runs": "cannot look for runs in {path}: {reason}",
  "cannot-read": "cannot read {path}: {reason}",
  "tensorboard-failed":
    "cannot write {path}: {reason}; the run continues, but TensorBoard no longer shows it",
  "cannot-write": "cannot write {path}: {reason}",
  "model-does-not-fit": "{path} was not trained for {dataset}: {reason}",
  "no-such-sample": "{dataset} has no test sample {sample}; the last one is {last}",
  "cannot-write-checkpoint": "cannot write checkpoint {path}: {reason}",
  "cannot-trim": "cannot trim {path}: {reason}",
  "lines-lost":
    "{path} lacks {count} {count = 1 ? line : lines} that were recorded while it could not be written",
  "handover-unreadable":
    "{path} can't be read ({reason}): workers and dashboards that were in this run need its new links",
  "handover-field": "{field} is not valid",
  "using-checkpoint": "{reason}; using {name}",
  "checkpoint-unreadable": "checkpoint {path} can't be read ({reason})",
  "checkpoint-damaged": "checkpoint {path} is damaged ({reason})",
  "no-whole-checkpoint": "no complete checkpoint in {path}",
  "run-begins-again": "{reason}: run {run} starts again at step 0",
  "resume-uncertain": "{reason}; try --resume again, or begin a new run without it",
  "setup-invalid":
    "{path} is not a run's: {field} is not valid; correct it, or begin a new run without --resume",
  "setup-dataset-invalid":
    "{path}: dataset must be {expects}, not {given}; correct it, or begin a new run without --resume",
  "result-in-memory-only":
    "the result is in memory only: make room on the disk, or download it from the dashboard; trying again in {seconds} s",
  "result-elsewhere": "the result is outside the run's folder: {path}",
  "checkpoint-version": "it has version {found}, this program reads up to {expected}",
  "checkpoint-without-hash": "it has no hash of itself",
  "checkpoint-changed": "its bytes changed after it was written: the hash differs",
  "checkpoint-state": "its optimizer's state is [{found}], {optimizer} has [{expected}]",
  "checkpoint-sums": "its evaluation has {found} sums, its task has {expected}",
  "checkpoint-tensors": "it has {found} tensors, its model and optimizer {expected}",
  "checkpoint-old-tensor": "its model has no tensor {name}",
  "checkpoint-fingerprint": "its parameters' fingerprint is {fingerprint}, not the one it names",
  "checkpoint-tensor": "tensor {name} is not F32 [{shape}]",
  "checkpoint-not-json": "its {field} is not JSON",
  "checkpoint-field": "its {field} is not valid: {path}: {reason}",
} as const;
