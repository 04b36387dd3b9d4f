import { describe, expect, test } from "vitest";

import { datasetReader } from "../../../../coordinator/datasets/loaders.ts";
import { threadsMax, workerNameLengthMax } from "../../../../shared/protocol/limits.ts";
import { sayAtTerminal } from "../../../../shared/words/sentence.ts";
import { mistake, parse } from "./support.ts";

/** Every kind of dataset, in words. */
const kinds = sayAtTerminal(datasetReader.expects);

/** Arguments as typed, without quoted spaces, and the exact error line. */
const flagMistakes: readonly (readonly [typed: string, line: string])[] = [
  ["coordiantor", "unknown command coordiantor; did you mean coordinator?"],
  [
    "run.yaml",
    "unknown command run.yaml; the commands are start, coordinator, worker, relay, compare, inspect, summary, learn, predict, evaluate, explain or export",
  ],
  [
    "compare --vary optimizer",
    "--vary must be a setting and its values, such as optimizer=sgd,adam, not optimizer",
  ],
  [
    "compare --vary optimiser=sgd",
    "--vary: optimiser is not a setting of a run; did you mean optimizer?",
  ],
  ["compare --resume", "unknown option --resume; promedio compare --help lists the options"],
  ["help strat", "unknown command strat; did you mean start?"],
  ["--json", "unknown option --json; promedio --help lists the options"],
  ["start --learning-rat 1", "unknown option --learning-rat; did you mean --learning-rate?"],
  ["start --learningRate 1", "unknown option --learningRate; did you mean --learning-rate?"],
  ["start --frobnicate", "unknown option --frobnicate; promedio start --help lists the options"],
  ["start -x", "unknown option -x; promedio start --help lists the options"],
  ["worker host:1 --epochs 3", "unknown option --epochs; promedio worker --help lists the options"],
  ["start --exit=yes", "--exit=yes: --exit takes no value; leave it out"],
  ["start --epochs", "--epochs has no value; write one after it, or see promedio start --help"],
  [
    "start --name --exit",
    "--name has no value, because --exit follows it; write a value between them",
  ],
  [
    "start a.yaml b.yaml",
    "too many arguments; promedio start takes one, see promedio start --help",
  ],
  [
    "start missing.yaml",
    "can't read the run file missing.yaml: there is no such file or folder; give a YAML or JSON file",
  ],
  ["worker", "a worker needs the join URL that the coordinator prints: promedio worker 'http://…'"],
  ["inspect", "say which dataset to look at: promedio inspect csv:FILE, promedio inspect mnist …"],
  ["inspect mnits", `dataset must be ${kinds}, not mnits; did you mean mnist?`],
  [
    "inspect digits --epochs 3",
    "unknown option --epochs; promedio inspect --help lists the options",
  ],
  ["worker a b", "too many arguments; promedio worker takes one, see promedio worker --help"],
  ["start --epochs 0", "--epochs must be a whole number from 1 (digits only), not 0"],
  ["start --epochs -3", "--epochs must be a whole number from 1 (digits only), not -3"],
  ["start --epochs 1.5", "--epochs must be a whole number from 1 (digits only), not 1.5"],
  ["start --epochs 1e3", "--epochs must be a whole number from 1 (digits only), not 1e3"],
  ["start --epochs 0x10", "--epochs must be a whole number from 1 (digits only), not 0x10"],
  ["start --epochs 1_000", "--epochs must be a whole number from 1 (digits only), not 1_000"],
  ["start --epochs ten", "--epochs must be a whole number from 1 (digits only), not ten"],
  ["start --epochs=", '--epochs must be a whole number from 1 (digits only), not ""'],
  [
    "start --epochs 99999999999999999999",
    "--epochs must be a whole number from 1 (digits only), not 99999999999999999999",
  ],
  ["start --steps 0", "--steps must be none or a whole number from 1 (digits only), not 0"],
  [
    "start --seed 9007199254740992",
    "--seed must be a whole number (digits only), not 9007199254740992",
  ],
  ["start --seed NaN", "--seed must be a whole number (digits only), not NaN"],
  [
    "start --batch-size 0",
    "--batch-size must be full or a whole number from 1 (digits only), not 0",
  ],
  [
    "start --batch-size ful",
    "--batch-size must be full or a whole number from 1 (digits only), not ful; did you mean full?",
  ],
  [
    "start --batch-size Infinity",
    "--batch-size must be full or a whole number from 1 (digits only), not Infinity",
  ],
  [
    "start --shard-size -1",
    "--shard-size must be auto or a whole number from 1 (digits only), not -1",
  ],
  ["start --learning-rate 0", "--learning-rate must be a number above 0 (float32), not 0"],
  ["start --learning-rate -0.1", "--learning-rate must be a number above 0 (float32), not -0.1"],
  ["start --learning-rate NaN", "--learning-rate must be a number above 0 (float32), not NaN"],
  [
    "start --learning-rate Infinity",
    "--learning-rate must be a number above 0 (float32), not Infinity",
  ],
  ["start --learning-rate 0x1", "--learning-rate must be a number above 0 (float32), not 0x1"],
  ["start --learning-rate 1_0", "--learning-rate must be a number above 0 (float32), not 1_0"],
  ["start --learning-rate 0,1", "--learning-rate must be a number above 0 (float32), not 0,1"],
  ["start --learning-rate 1e-60", "--learning-rate must be a number above 0 (float32), not 1e-60"],
  ["start --learning-rate 1e39", "--learning-rate must be a number above 0 (float32), not 1e39"],
  ["start --beta 1", "--beta must be at least 0 and below 1, not 1"],
  ["start --beta1 -0.1", "--beta1 must be at least 0 and below 1, not -0.1"],
  ["start --beta2 0.99999999999", "--beta2 must be at least 0 and below 1, not 0.99999999999"],
  ["start --final-fraction 1.1", "--final-fraction must be a number from 0 to 1, not 1.1"],
  ["start --weight-decay -1", "--weight-decay must be a number from 0 (float32), not -1"],
  ["start --clip-norm 0", "--clip-norm must be none or a number above 0 (float32), not 0"],
  [
    "start --optimizer adm",
    "--optimizer must be sgd, momentum, nag, rmsprop, adam, adamw or local-search, not adm; did you mean adam?",
  ],
  [
    "start --optimizer Adam",
    "--optimizer must be sgd, momentum, nag, rmsprop, adam, adamw or local-search, not Adam; did you mean adam?",
  ],
  [
    "start --optimizer lion",
    "--optimizer must be sgd, momentum, nag, rmsprop, adam, adamw or local-search, not lion",
  ],
  ["start --activation softmax", "--activation must be sigmoid, tanh, relu or linear, not softmax"],
  [
    "start --output-activation sigmoit",
    "--output-activation must be softmax, sigmoid, tanh, relu or linear, not sigmoit; did you mean sigmoid?",
  ],
  [
    "start --output sofmax",
    "--output sofmax is not an activation; did you mean softmax? (a folder of that name: ./sofmax)",
  ],
  [
    "start --output relu --output-activation tanh",
    "--output relu contradicts --output-activation tanh; give one",
  ],
  ["start --loss ccе", "--loss must be cce, bce, mse or mae, not ccе; did you mean cce?"],
  ["start --reduction avg", "--reduction must be mean or sum, not avg"],
  [
    "start --schedule cos",
    "--schedule must be constant, step or cosine, not cos; did you mean cosine?",
  ],
  [
    "start --layers 784",
    "--layers must be auto or 2 to 32 widths separated by commas, like 784,16,16,10, not 784",
  ],
  [
    "start --layers 784,,10",
    "--layers must be auto or 2 to 32 widths separated by commas, like 784,16,16,10, not 784,,10",
  ],
  [
    "start --layers 784,0,10",
    "--layers must be auto or 2 to 32 widths separated by commas, like 784,16,16,10, not 784,0,10",
  ],
  [
    "start --layers 784-16-10",
    "--layers must be auto or 2 to 32 widths separated by commas, like 784,16,16,10, not 784-16-10",
  ],
  ["start --dataset mnits", `--dataset must be ${kinds}, not mnits; did you mean mnist?`],
  ["start --dataset idx:", `--dataset must be ${kinds}, not idx:`],
  ["start --dataset cifar", `--dataset must be ${kinds}, not cifar`],
  [
    "start --mnist-mirror ftp://a",
    "--mnist-mirror must be an address that begins with http:// or https://, not ftp://a",
  ],
  ["start --port 65536", "--port must be a whole number from 0 to 65535 (digits only), not 65536"],
  ["start --port http", "--port must be a whole number from 0 to 65535 (digits only), not http"],
  ["start --host a/b", "--host must be a host name or an address, not a/b"],
  [
    "start --threads 0",
    "--threads must be auto or a whole number from 1 to 256 (digits only), not 0",
  ],
  [
    `start --threads ${threadsMax + 1}`,
    "--threads must be auto or a whole number from 1 to 256 (digits only), not 257",
  ],
  [
    "start --local-workers 65",
    "--local-workers must be auto or a whole number from 0 to 64 (digits only), not 65",
  ],
  [
    "start --min-workers 0",
    "--min-workers must be a whole number from 1 to 10000 (digits only), not 0",
  ],
  ["start --audit always", "--audit must be none, sample or quorum, not always"],
  [
    "start --join-token geheim",
    "--join-token must be 8 to 200 of the characters A-Z a-z 0-9 . _ ~ -, not the one given",
  ],
  [
    "start --join-token abcdefgh --admin-token abcdefgh",
    "--join-token and --admin-token are the same; choose two different ones",
  ],
  [
    "start --open --join-token abcdefgh",
    "--open admits workers without a token, but --join-token is set; give one",
  ],
  ["start --tls-key k.pem", "--tls-key k.pem needs its certificate; add --tls-cert FILE"],
  ["start --tls-cert c.pem", "--tls-cert c.pem needs its private key; add --tls-key FILE"],
  [
    "start --name a/b",
    "--name must be 1 to 40 of the characters A-Z a-z 0-9 _ -, not - first, not a/b",
  ],
  [
    "start --name -b",
    "--name must be 1 to 40 of the characters A-Z a-z 0-9 _ -, not - first, not -b",
  ],
  [
    "start --resume run.yaml",
    "--resume run.yaml names a run file, not a run; put the file before it",
  ],
  [
    "start --checkpoint-every 0",
    "--checkpoint-every must be a number of epochs, or a text like 500steps or 10min, not 0",
  ],
  [
    `worker host:1 --name ${"a".repeat(workerNameLengthMax + 1)}`,
    `--name must be 1 to ${workerNameLengthMax} printable characters, not ${"a".repeat(workerNameLengthMax + 1)}`,
  ],
  [
    "worker host:1 --threads many",
    "--threads must be auto or a whole number from 1 to 256 (digits only), not many",
  ],
];

const fileMistakes: readonly (readonly [file: string, line: string])[] = [
  ["epoch: 3", "run.yaml line 1: unknown key epoch; did you mean epochs?"],
  [
    "seed: 1\nlearning-rate: 3",
    "run.yaml line 2: unknown key learning-rate; did you mean learningRate?",
  ],
  [
    "seed: 1\nwhatever: 3",
    "run.yaml line 2: unknown key whatever; promedio start --help lists the options",
  ],
  [
    "seed: 1\n\nepochs: many",
    "run.yaml line 3: epochs must be a whole number from 1 (digits only), not many",
  ],
  ["epochs: 1.0", "run.yaml line 1: epochs must be a whole number from 1 (digits only), not 1.0"],
  ["epochs: 0o7", "run.yaml line 1: epochs must be a whole number from 1 (digits only), not 0o7"],
  [
    "epochs:",
    "run.yaml line 1: epochs must be one value; write it after the colon, or leave the line out",
  ],
  [
    "epochs: [1, 2]",
    "run.yaml line 1: epochs must be a whole number from 1 (digits only), not a list",
  ],
  [
    "epochs: {a: 1}",
    "run.yaml line 1: epochs must be one value; write it after the colon, or leave the line out",
  ],
  [
    "layers: [784, [16], 10]",
    "run.yaml line 1: layers must be one value; write it after the colon, or leave the line out",
  ],
  [
    "layers: [784, true]",
    "run.yaml line 1: layers must be auto or 2 to 32 widths separated by commas, like 784,16,16,10, not 784,true",
  ],
  [
    "model:\n  - { kind: flatten }\n  - { kind: dense }",
    "run.yaml line 1: model: layer 2 (dense) also needs units",
  ],
  [
    "model: [dense 10, softmax]",
    "run.yaml line 1: model: layer 1 has no kind: write it like { kind: dense, units: 10 }, not dense 10",
  ],
  [
    "model: []",
    "run.yaml line 1: model: a list of layers has at least one; write it like - { kind: dense, units: 10 }",
  ],
  ["exit: yes", "run.yaml line 1: exit must be true or false, not yes"],
  ["seed: 1\nseed: 2", "run.yaml line 2: seed appears twice; remove one of them"],
  [
    "seed: 1\n  epochs: [2",
    "run.yaml line 1 is not valid YAML: Nested mappings are not allowed in compact mappings; correct it there",
  ],
  [
    "seed: 1\n---\nseed: 2",
    "run.yaml line 2 is not valid YAML: Source contains multiple documents; correct it there",
  ],
  ["- seed", 'run.yaml must hold "key: value" lines, such as "epochs: 10"'],
  ["seed", 'run.yaml must hold "key: value" lines, such as "epochs: 10"'],
  ['{"seed": 1', "run.yaml line 1 is not valid YAML: Flow map must end with a }; correct it there"],
  [
    'name: "two\\nlines"',
    "run.yaml line 1: name must be 1 to 40 of the characters A-Z a-z 0-9 _ -, not - first, not two\\nlines",
  ],
  [
    "joinToken: geheim",
    "run.yaml line 1: joinToken must be 8 to 200 of the characters A-Z a-z 0-9 . _ ~ -, not the one given",
  ],
  [
    "output: softmaxx",
    "run.yaml line 1: output softmaxx is not an activation; did you mean softmax? (a folder of that name: ./softmaxx)",
  ],
];

const variableMistakes: readonly (readonly [variable: string, value: string, line: string])[] = [
  ["PROMEDIO_EPOCHS", "0", "PROMEDIO_EPOCHS must be a whole number from 1 (digits only), not 0"],
  ["PROMEDIO_EPOCH", "3", "unknown variable PROMEDIO_EPOCH; did you mean PROMEDIO_EPOCHS?"],
  [
    "PROMEDIO_LEARNINGRATE",
    "3",
    "unknown variable PROMEDIO_LEARNINGRATE; did you mean PROMEDIO_LEARNING_RATE?",
  ],
  [
    "PROMEDIO_OPTIMIZER",
    "sdg",
    "PROMEDIO_OPTIMIZER must be sgd, momentum, nag, rmsprop, adam, adamw or local-search, not sdg; did you mean sgd?",
  ],
  ["PROMEDIO_EXIT", "yes", "PROMEDIO_EXIT must be true or false, not yes"],
  [
    "PROMEDIO_ADMIN_TOKEN",
    "geheim",
    "PROMEDIO_ADMIN_TOKEN must be 8 to 200 of the characters A-Z a-z 0-9 . _ ~ -, not the one given",
  ],
];

/** One line, for test names. */
const oneLine = (text: string) => JSON.stringify(text).slice(1, -1);

describe("a mistake gives one line that says what, which value and what to do", () => {
  test.each(flagMistakes)("promedio %s", (typed, line) => {
    expect(mistake(() => parse(typed.split(" ")))).toBe(line);
  });

  test.each(fileMistakes.map(([file, line]) => [oneLine(file), file, line] as const))(
    "run file %s",
    (_, file, line) => {
      expect(mistake(() => parse(["start"], { file }))).toBe(line);
    },
  );

  test.each(variableMistakes)("%s=%s", (variable, value, line) => {
    expect(mistake(() => parse(["start"], { environment: { [variable]: value } }))).toBe(line);
  });

  test("none of the lines above breaks, and none shows a token", () => {
    for (const row of [...flagMistakes, ...fileMistakes, ...variableMistakes]) {
      expect(row.at(-1)).toMatch(/^[^\n]{20,260}$/u);
      expect(row.at(-1)).not.toContain("geheim");
    }
  });

  test("a value of 5,000 characters with line breaks is escaped and cut after 80", () => {
    const value = "\n\u001B[31m".repeat(1000);
    const line = mistake(() => parse(["start", "--epochs", value]));
    expect(line).toMatch(/^--epochs must be .*, not \\n\\u001b\[31m.*…$/u);
    expect(line.length).toBeLessThan(160);
  });

  test("a run file that can't be read is named with the system's reason", () => {
    const line = mistake(() => parse(["start", "no\nsuch.yaml"]));
    expect(line).toBe(
      "can't read the run file no\\nsuch.yaml: there is no such file or folder; give a YAML or JSON file",
    );
  });
});
