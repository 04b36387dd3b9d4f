/** @file Texts: their files, their tokens, and what a network writes. */

export const text = {
  "text-empty": "{path} is empty",
  "no-texts": "{path} has no .txt files; it holds {found}",
  "text-too-large": "with {path} the text has more than {bytesMax} bytes; use a part of it",
  "text-no-text": "{path} is not a text[terminal]; --tokens byte trains on any bytes",
  "text-not-utf8":
    "{path} is not UTF-8 at byte {offset}; convert it[terminal], or use --tokens byte, which trains on any bytes",
  "text-too-short":
    "{path} is too short: {found} of its {length} {length = 1 ? token : tokens} {found = 1 ? is : are} for {split}, which needs {least} with a context of {context}[terminal]; use a longer text or a smaller --context",
  "text-too-many-characters":
    "{path} has {found} different characters, at most {most} are accepted[terminal]; use --tokens byte",
  "text-read-chars":
    "read {path}: {length} {length = 1 ? character : characters}, {characters} different {characters = 1 ? one : ones} in the part to train on: {shown}",
  "text-read-bytes": "read {path}: {length} bytes",
  "text-files-read-chars":
    "read {files} {files = 1 ? file : files} in {path}: {length} {length = 1 ? character : characters}, {characters} different {characters = 1 ? one : ones} in the part to train on: {shown}",
  "text-files-read-bytes": "read {files} {files = 1 ? file : files} in {path}: {length} bytes",
  "text-two-parts":
    "the text in its order: the first {train} tokens to train, the last {test} to test; each sample is {context} {context = 1 ? token : tokens} and the one after {context = 1 ? it : each of them}",
  "text-three-parts":
    "the text in its order: the first {train} tokens to train, {validation} to validate, the last {test} to test; each sample is {context} {context = 1 ? token : tokens} and the one after {context = 1 ? it : each of them}",
  "text-unknown":
    "{count} {count = 1 ? character : characters} after the part to train on {count = 1 ? does : do} not occur in it, and {count = 1 ? counts : count} as unknown",
  "text-used":
    "{targets}; {samples} {samples = 1 ? sample : samples} ({split}) of {features} {features = 1 ? token : tokens}",
  "reads-text":
    "it reads a text: choose another model, or a text[terminal], such as --dataset text:FILE",
  "mlp-for-text":
    "model mlp takes a sample as a whole; for a text use model gpt, or layers that take it token by token, from an embedding to a dense layer and softmax",
  "prompt-twice": "give either the file {path} or a --prompt, not both",
  "prompt-unknown":
    "the prompt has {count} {count = 1 ? character : characters} that the model does not know",
  "only-for-texts": "{setting} is for a model that continues texts; {path} does not",
  "predict-file-missing":
    "{path} answers for the records of a file: name one after it, or - for standard input",
  "explain-no-texts":
    "{path} continues texts, where each token has an answer of its own; promedio predict shows what it writes",
  "contexts-differ": "{model} and {other} contradict each other; leave one of them out",
} as const;
