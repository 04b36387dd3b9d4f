/** @file A run: what it waits for, how it ends, and what is wrong with a result. */

export const run = {
  "run-title": "{dataset} · {model} · {loss} · {optimizer} {rate} · batch {batchSize}",
  "run-title-local":
    "{title} · {steps} local {steps = 1 ? step : steps} × {replicas} {replicas = 1 ? replica : replicas}",
  "run-title-delayed": "{title} · delay {delay}",
  "run-title-in-form":
    "{dataset} · {model} · {loss} · {optimizer} {rate} · batch {batchSize} · {wire}",
  sigma: "σ {sigma}",
  "no-run-yet": "no run has started yet",
  "waiting-for-workers": "waiting for {missing} more {missing = 1 ? worker : workers}",
  "waiting-for-next-step": "waiting for the next step, which the operator takes on the dashboard",
  "paused-by-operator": "paused by the operator",
  "waiting-for-block":
    "waiting for block {block} of step {step}, given to {worker} {seconds} s ago",
  "waiting-for-taker": "waiting for a worker to take step {step}: all of them are slow to read",
  "idle-workers":
    "a batch of {batchSize} is {blocks} {blocks = 1 ? block : blocks}: {busy} of {workers} workers can compute at a time",
  "idle-replicas":
    "{replicas} {replicas = 1 ? replica : replicas}: {busy} of {workers} workers can compute at a time",
  "idle-replicas-more":
    "{replicas} {replicas = 1 ? replica : replicas}: {busy} of {workers} workers can compute at a time; {needed} replicas give work to all",
  "idle-workers-batch":
    "a batch of {batchSize} is {blocks} {blocks = 1 ? block : blocks}: {busy} of {workers} workers can compute at a time; a batch of {batch} gives work to all",
  "idle-workers-shard":
    "a batch of {batchSize} is {blocks} {blocks = 1 ? block : blocks}: {busy} of {workers} workers can compute at a time; a shard size of {shard} gives work to all",
  "link-limits":
    "the link is the limit: {percent} % of a step is transfer, at {rate} Mbit/s in all, and {used} of {workers} {workers = 1 ? worker : workers} {used = 1 ? is : are} used; a faster link helps, such as a cable{wire = float32 ? , or float16 or int8 on the wire : }{wire = float16 ? , or int8 on the wire : }, or a smaller network",
  "link-limits-batch":
    "the link is the limit: {percent} % of a step is transfer, at {rate} Mbit/s in all, and {used} of {workers} {workers = 1 ? worker : workers} {used = 1 ? is : are} used; a batch of {batch} gives work to all, and a faster link helps, such as a cable{wire = float32 ? , or float16 or int8 on the wire : }{wire = float16 ? , or int8 on the wire : }",
  "feature-scale":
    "the features go from {min} to {max}: scale them to 0…1, or to mean 0 and standard deviation 1, or training may be slow or diverge",
  "classes-without-samples":
    "{count} of {all} classes {count = 1 ? has : have} no training sample: {classes}; the network cannot learn {count = 1 ? it : them}",
  "rate-too-high":
    "the training loss of epoch {epoch}, {loss}, is above its start, {start}: the learning rate of {rate} may be too high",
  "rate-too-high-early":
    "after {step} steps the training loss is {loss}, and it began at {start}: the learning rate of {rate} may be too high",
  "rate-too-low":
    "with a learning rate of {rate}, {steps} {steps = 1 ? step : steps} can change the parameters by {percent} % at most: it is too low to learn anything",
  "no-better-than-guess":
    "the test accuracy of {accuracy} % is no better than always answering the most frequent class ({guess} %): nothing was learned",
  "departed-worker": "a worker that left",
  "stopped-early":
    "stopped early: {evaluations} {evaluations = 1 ? evaluation : evaluations} without a lower validation loss than {loss}; the run keeps the parameters of step {step}, which had it",
  "run-finished": "the run is finished",
  "stopped-by-operator": "stopped by the operator",
  "no-memory-for-sums":
    "there is not enough memory for the sums of step {step}: {reason}; choose smaller layers or larger shards",
  "step-diverged": "step {step} diverged: {reason}; a lower learning rate may help",
  "loss-not-finite": "the loss is not finite",
  "gradient-not-finite": "the gradient is not finite",
  "update-not-finite": "the parameters would not stay finite",
  "parameter-not-finite": "a parameter is NaN or infinite",
  "parameters-not-rounded": "the parameters are not rounded to the wire form of the run",
  "block-not-finite": "a value of block {block} of step {step} is NaN or infinite",
  "block-sum-not-finite": "the sum over a block is NaN or infinite",
  "value-not-finite": "a value is NaN or infinite",
  "values-not-rounded": "the values are not rounded to {form}, the wire form of the run",
  "result-length": "a {type} of {bytes} bytes, expected {expected}",
  "too-many-correct": "{correct} correct of {samples} samples",
  "step-not-begun": "step {step} has not begun yet",
  "no-such-block": "block {block} is not a block of this step",
  "block-answered-before": "block {block} was answered before",
  "block-not-asked-for": "block {block} was not asked for",
  "block-can-be-computed": "it could not compute block {block}, which can be computed: {reason}",
  "block-differs": "block {block} of step {step} differs from the recomputed one",
  "workers-differ":
    "{first} and {second} sent different results for block {block} of step {step}: one of them is wrong[terminal]; --audit quorum finds out which",
  "of-worker": "{worker}: {reason}",
  "more-warnings": "and {count} more {count = 1 ? warning : warnings} about results",
  "a-run-is-being-prepared": "a run is being prepared already; wait for it",
  "no-run-under-way": "no run is in progress; start one",
  "no-such-command": "this coordinator does not know that command",
  "worker-not-connected": "worker {worker} is not connected; choose another",
  "not-connected": "not connected to the coordinator",
  "command-lost": "the connection was lost before the coordinator answered",
  "local-worker-ended": "local worker {number} ended ({how})",
  "exit-code": "exit code {code}",
  "on-finish-failed": "--on-finish {command}: {reason}",
  "webhook-failed": "--webhook {url}: {reason}",
  "cannot-connect": "it cannot connect to this coordinator ({reason}), and keeps trying",
  "local-worker-failed": "local worker {number}: {reason}",
} as const;
