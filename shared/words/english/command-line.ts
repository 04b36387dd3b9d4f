/** @file Errors that only the command line, the environment, a run file or a resumed run can have. */

export const commandLine = {
  "other-data":
    "{dataset} is not the data that the run was trained on ({name}); point it at the same files",
  "other-data-found":
    "the dataset is not the data that the run was trained on ({name}); point --dataset at the same files",
  "extended-under-cosine":
    "the learning rate starts again at step {step}, where the run would have ended, and falls along a second cosine to the new end",
  "extended-at-standstill":
    "the learning rate of this run falls to {rate}, from {start}, so more epochs would change hardly anything; a new run with --final-fraction 0.01 keeps learning",
  "too-many-restarts":
    "{setting} would extend a run under a cosine schedule for more than {most} times; begin a new run without --resume",
  "patience-needs-validation":
    "{setting} needs validation data, because the test data must not decide when a run ends; add --validation 0.1",
  "init-unreadable":
    "{path} can't be read ({reason}); give --init a checkpoint or a safetensors file",
  "init-not-safetensors":
    "{path} is not a safetensors file ({reason}); give --init a checkpoint or a safetensors file",
  "init-misfit":
    "{path} doesn't fit the model (tensor, shape in the file → in the model): {misfits}; give the same --layers, or draw a changed last layer anew with --new-last-layer",
  "init-values": "{path}: {name} must have finite float32 values; save the model in float32",
  "init-lost":
    "{path} belongs to a run that began with a file, and no checkpoint of it is left; begin a new run with --init",
  "init-with-resume": "--init {path} begins a new run, and --resume continues one; give one",
  "new-last-layer-alone": "--new-last-layer needs the other layers from a file; add --init FILE",
  "checkpoint-setting":
    "{setting} must be {expects}, not {given}; resume from another checkpoint, or begin a new run",
  "contradicts-run-with":
    "{setting} contradicts the resumed run, which began with {value}; leave it out, or begin a new run without --resume",
  "contradicts-run-without":
    "{setting} contradicts the resumed run, which began without it; leave it out, or begin a new run without --resume",
  "ends-before":
    "{setting} ends before the resumed run's {steps} {steps = 1 ? step : steps} ({epochs} {epochs = 1 ? epoch : epochs}); {flag} may only extend it",
  "data-moved": "{reason}; if the data have moved, add --dataset {kind}:NEW-PLACE",
  "data-somewhere":
    "the run was trained on {name}, which is somewhere on this machine; add --dataset idx:DIR",
  "unknown-variable": "unknown variable {name}; did you mean {word}?",
  "contradicting-outputs": "{setting} contradicts {other}; give one",
  "no-activation":
    "{setting} is not an activation; did you mean {word}? (a folder of that name: ./{folder})",
  "run-file-unreadable": "can't read the run file {path}: {reason}; give a YAML or JSON file",
  "run-file-as-run": "{setting} names a run file, not a run; put the file before it",
  "tls-key-alone": "--tls-key {path} needs its certificate; add --tls-cert FILE",
  "tls-cert-alone": "--tls-cert {path} needs its private key; add --tls-key FILE",
  "open-with-token": "--open admits workers without a token, but --join-token is set; give one",
  "cluster-not-joined":
    "--cluster: cannot use the NATS servers {servers}: {reason}; start nats-server with -js, or check the address",
  "nats-missing":
    "--cluster needs the packages @nats-io/transport-node and @nats-io/kv, which are not installed: run npm install again without --omit=optional",
  "cluster-without-tokens":
    "--cluster needs {flags}, the same on every coordinator of the run, so that workers and dashboards may join any of them",
  "leader-answers":
    "standby: {url} answered with status {status}; --admin-token must be the same on every coordinator",
  "same-tokens": "--join-token and --admin-token are the same; choose two different ones",
  "run-file-yaml": "{place} is not valid YAML: {reason}; correct it there",
  "run-file-form": '{path} must hold "key: value" lines, such as "epochs: 10"',
  "run-file-key": "{place}: unknown key {key}; {help} lists the options",
  "run-file-key-did-you-mean": "{place}: unknown key {key}; did you mean {word}?",
  "run-file-twice": "{setting} appears twice; remove one of them",
  "run-file-too-large":
    '{path} has more than {kibibytes} KiB; is it a run file, with "key: value" lines?',
  "run-file-too-deep":
    "{path} nests more than {levels} levels; write one value, or a list of values, after each key",
  "setting-unknown": "unknown setting {key}; REFERENCE.md lists all of them",
  "setting-unknown-did-you-mean": "unknown setting {key}; did you mean {word}?",
  "setting-not-here": "{setting} is for the command line only; leave it out",
  "not-a-server":
    "server is not an HTTP server of Node; pass what createServer or app.listen returned, or app.server",
  "server-not-listening":
    "the server does not listen on a port yet; start the coordinator after the server",
  "server-needs-path":
    "a coordinator in another server needs a path; set basePath, for example to /training",
  "setting-of-server": "{setting} belongs to the server that you pass; leave it out",
  "not-a-model": "the first argument of predict is not a model; pass what loadCheckpoint returned",
  "checkpoint-bytes-damaged": "these bytes are not a checkpoint: {reason}; read the file again",
  "sample-width":
    "sample {sample} has {numbers} {numbers = 1 ? number : numbers}, but the model takes {features}; pass as many",
  "sample-is-a-row":
    "sample {sample} is a row, but the model was not trained on a table; pass numbers",
  "sample-unusable": "sample {sample}: {reason}",
  "run-file-one-value":
    "{setting} must be one value; write it after the colon, or leave the line out",
  "flag-swallowed": "{flag} has no value, because {found} follows it; write a value between them",
  "flag-takes-no-value": "{given}: {flag} takes no value; leave it out",
  "unknown-option": "unknown option {flag}; {help} lists the options",
  "unknown-option-did-you-mean": "unknown option {flag}; did you mean {word}?",
  "unknown-command": "unknown command {name}; the commands are {commands}",
  "unknown-command-did-you-mean": "unknown command {name}; did you mean {word}?",
  "flag-without-value": "{flag} has no value; write one after it, or see {help}",
  "npm-banner": "npm printed a banner before the JSON lines: {command} leaves it out",
  "argument-missing": "{argument} is missing; {help} says what it is",
  "join-url-missing":
    "a worker needs the join URL that the coordinator prints: {command} 'http://…'",
  "inspect-dataset-missing": "say which dataset to look at: {command} csv:FILE, {command} mnist …",
  "too-many-arguments": "too many arguments; {command} takes one, see {help}",
  "vary-missing": "say what the variants differ in: --vary optimizer=sgd,adam",
  "vary-unknown":
    "{label}: {name} is not a setting of a run; write, for example, optimizer=sgd,adam",
  "vary-unknown-did-you-mean": "{label}: {name} is not a setting of a run; did you mean {word}?",
  "vary-fixed":
    "{label}: {name} can't be varied, because all variants have the same data and the same seeds; compare each on its own",
  "vary-twice": "{label} has {name} twice; give all of its values at once: {name}=…,…",
  "vary-value-twice": "{setting} has the value {value} twice; leave one out",
  "vary-given":
    "{setting} gives one value for all variants, but --vary {name} gives several; leave one of the two out",
  "vary-too-many": "{count} variants are more than {most}; vary fewer settings at once",
  "comparison-needs-validation":
    "{dataset} has no validation data, and a rate must not be chosen with test data; add --validation 0.1",
  "comparison-differs":
    "{folder} has another comparison ({field} differs); choose another folder with --to, or remove that one",
  "comparison-of-other-version":
    "{folder} was begun with another version of Promedio, which computes other bits; finish it with that version, or choose another folder with --to",
  "comparison-unreadable":
    "{path} is not a comparison's plan; choose another folder with --to, or remove that one",
  "comparison-continues":
    "{folder} has {count} {count = 1 ? run : runs} of this comparison already; it continues",
} as const;
