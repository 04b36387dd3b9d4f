/** @file Datasets: their files, their downloads, and their formats. */

export const data = {
  "row-lacks-target": "it has no known value of {columns}, with which the answers are compared",
  "model-without-targets":
    "the model does not say what a table's columns mean, so {path} can only be used for predictions",
  "no-records-for-pictures":
    "the model was trained on pictures, but {path} has records; give it pictures",
  "file-lacks-columns": "{path} lacks columns that the model needs: {columns}; it has {found}",
  "wrong-number-count": "{found} {found = 1 ? number : numbers}, the model takes {featureCount}",
  "not-a-number": "column {column} is {given}, not a number",
  "drawing-digits": "drawing {count} digits",
  "digits-not-kept": "cannot keep the digits in {path}: {reason}",
  "downloading-mnist": "downloading mnist: {percent} % of {megabytes} MB",
  "download-failed":
    "cannot download {url}: {reason}; try again[terminal], name another --mnist-mirror, or use --dataset mnist:FOLDER with the four files",
  "server-answered": "the server answered {status}",
  "nothing-came": "no data arrived for {seconds} s",
  "other-range": "the server sent another range",
  "server-sent-too-much": "the server sent more than the file's {bytes} bytes",
  "download-cut-off": "the connection ended after {received} of {bytes} bytes",
  "file-hash-differs": "the file's SHA-256 is {found}, expected {expected}",
  "cache-unusable": "cannot use the cache {path}: {reason}; choose another",
  "dataset-unusable": "the dataset in {path} can't be used: {reason}",
  "folder-unreadable": "cannot read the dataset's folder {path}: {reason}",
  "dataset-file-unreadable": "cannot read {path}: {reason}; fetch it again",
  "sample-shapes-differ":
    "{first} has samples of {firstShape}, {second} of {secondShape}; they must have the same shape",
  "dataset-files-missing":
    "{path} lacks {files} (-idx3-ubyte, .idx3-ubyte …, raw or .gz); it holds {found}",
  nothing: "nothing",
  "and-more": "{names} and {count} more",
  "counts-differ":
    "{images} has {samples} {samples = 1 ? sample : samples}, {labels} has {labelCount} {labelCount = 1 ? label : labels}; are they of one dataset?",
  "idx-cut-short":
    "{path} is cut short: {content} takes {expected} bytes, it has {bytes}; fetch it again",
  "idx-too-long":
    "{path} is too long: {content} takes {expected} bytes, it has {bytes}; fetch it again",
  "idx-too-small": "{path} has {bytes} bytes, an IDX file has at least {least}; fetch it again",
  "idx-magic":
    "{path} starts with 0x{magic}, an IDX file with 0x0000TTDD (type TT 08, 09, 0b…0e; DD ≥ 1 dimensions); is it packed, or of another format?",
  "idx-header-cut-short":
    "{path} is cut short: the header of {dimensions} dimensions takes {expected} bytes, it has {bytes}; fetch it again",
  "dataset-hash-differs": "the dataset's SHA-256 is {found}, expected {expected}",
  "splits-differ-in-shape": "samples of train and {split} differ in shape: [{train}] and [{test}]",
  "splits-differ-in-type": "one split has bytes as features, the other floats",
  "dataset-bytes": "a dataset of {bytes} bytes, at most {bytesMax} are accepted",
  "dataset-tensors": "expected the tensors {expected}, got {found}",
  none: "none",
  "dataset-format": "expected format {expected}, got {found}",
  "class-count": 'classCount must be in 1…{most}, got "{found}"',
  "tensor-not-u8-f32": "{name} must be U8 or F32",
  "tensor-not-of-type": "{name} must be {dtype}",
  "no-samples": "{name} must hold at least one sample, shape [{shape}]",
  "sample-shape":
    "{name}: a sample has 1…{rankMax} sizes and at most {featuresMax} features, got shape [{shape}]",
  "labels-shape": "{name} must have shape [{expected}], got [{shape}]",
  "label-too-large": "sample {sample} of {split} has label {label}, labels are below {classCount}",
  "token-too-large": "token {sample} of {split} is {label}, tokens are below {classCount}",
  "token-count-differs": "it describes {found} tokens, the targets have {count}",
  "tokens-too-few":
    "{name} must hold at least {least} tokens for a context of {context}, got shape [{found}]",
  "flag-not-0-1": "sample {sample} of {split} has a flag {label}, flags are 0 or 1",
  "feature-not-finite": "{name}: sample {sample} holds {value}, numbers are finite",
  "dataset-metadata": "the dataset's {name} is wrong: {reason}",
  "not-json": "it is not JSON",
  "dataset-metadata-too-long":
    "the dataset's {name} (its names and settings) takes {bytes} bytes, at most {bytesMax} are accepted[terminal]: leave columns out with --ignore, shorten names, or give numbers without names (npy:, npz:)",
  "tensors-too-few-bytes": "{bytes} bytes are too few for a safetensors file",
  "tensors-header-too-large": "a header of {bytes} bytes, at most {bytesMax} are read",
  "tensors-header-beyond-file": "a header of {bytes} bytes in a file of {fileBytes} bytes",
  "tensors-header-form": "the header is not one JSON object followed by spaces",
  "tensors-header-twice": "the header names {name} twice",
  "tensors-header-not-utf8": "the header is not UTF-8",
  "tensors-header-not-json": "the header is not JSON",
  "tensors-header-depth": "the header nests more than {levels} levels",
  "tensors-not-string": "{name} is not a string",
  "tensors-not-object": "{name} is not an object",
  "the-header": "the header",
  "tensor-name-too-long": "a tensor's name has {length} characters, at most {lengthMax} are read",
  "tensor-entry":
    "tensor {name}: expected dtype, shape and data_offsets, with dtype {dtypes}; got {found}",
  "tensor-size":
    "tensor {name}: {dtype} [{shape}] takes {bytes} bytes, its offsets [{start}, {end}) hold {found}",
  "tensor-overlaps": "tensor {name} overlaps the one before it",
  "tensor-hole": "a hole of {bytes} bytes before tensor {name}",
  "tensor-beyond-end": "tensor {name} ends at byte {end} of a buffer of {bytes}: cut short?",
  "bytes-after-tensors": "{bytes} bytes after the last tensor",
  "data-used":
    "{targets}; {samples} {samples = 1 ? sample : samples} ({split}), {features} {features = 1 ? feature : features}",
  "table-used":
    "{targets}; {samples} {samples = 1 ? row : rows} ({split}), {columns} {columns = 1 ? column : columns} used as {features} {features = 1 ? feature : features}",
  "data-two-splits": "{trainCount} to train, {testCount} to test",
  "data-three-splits": "{trainCount} to train, {validationCount} to validate, {testCount} to test",
  "data-classes": "classification: {count} {count = 1 ? class : classes}",
  "data-classes-named": "classification: {count} {count = 1 ? class : classes} {names}",
  "data-classes-of": "classification of {column}: {count} {count = 1 ? class : classes} {names}",
  "data-values": "regression: {count} {count = 1 ? target : targets}",
  "data-values-named": "regression: {count} {count = 1 ? target : targets} {names}",
  "data-tokens": "language: the next of {count} different tokens",
  "data-flags": "classification: {count} yes-or-no {count = 1 ? target : targets}",
  "data-flags-named": "classification: {count} yes-or-no {count = 1 ? target : targets} {names}",
} as const;
