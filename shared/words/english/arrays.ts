/** @file Arrays of samples and labels: IDX, npy and npz files, and what their numbers mean. */

export const arrays = {
  "idx-is-a-file": "{path} is a file; idx: takes the folder that holds the four files",
  "idx-several":
    "{path} has the files of several datasets: {prefixes}; name one, for example idx:{example}",
  "features-like-bytes":
    "{path}: whole numbers from {low} to {high} are read as bytes, that is divided by 255",
  "features-too-wide":
    "{path}: whole numbers from {low} to {high} are not bytes, and too large to train on; scale them to 0…1 first",
  "split-there": "{setting}: the data have a {split} split of their own; leave it out",
  "not-an-array":
    "{path} is not an array; pass a typed array, nested lists of numbers, or shape and data",
  "array-shape-wrong":
    "{path} has {numbers} {numbers = 1 ? number : numbers}, but its shape is {shape}; make the samples equally long",
  "array-value-no-number": "{path} contains {value}; all its values must be numbers",
  "npy-magic": "{path} is not an npy file: it does not begin with \\x93NUMPY",
  "npy-version": "{path} is of npy version {version}; versions 1 to 3 are supported",
  "npy-header": "{path}: its header is not an npy header; save it again",
  "npy-header-cut-short":
    "{path} is cut short: its header takes {expected} bytes, it has {bytes}; fetch it again",
  "npy-dtype": "{path}: dtype {dtype} is not supported; save it as one of {dtypes}",
  "npy-is-npz": "{path} is an npz file; use npz:{path}",
  "npy-is-a-file":
    "{path} is one array; npy: takes the folder that holds samples and labels, such as x.npy and y.npy",
  "npz-is-a-folder": "{path} is a folder; use npy:{path} for its npy files",
  "arrays-not-found":
    "{path} needs one array of samples and one of labels for each split, such as x_train, y_train, x_test and y_test, or X and y; it holds {found}",
  "zip-damaged": "it is not a whole zip file",
  "zip-method": "{name} is packed in a way that is not supported; save it again",
  "several-numbers":
    "{setting}: {path} has several numbers per sample that are not 0 and 1; use regression",
  "too-many-values": "{path} has {values} numbers per sample; at most {most} can be predicted",
  "target-not-finite": "{path}: sample {sample} is {value}, numbers to predict are finite",
  "target-constant": "{path}: every number to predict is {value}, so there is nothing to learn",
  "cifar-missing": "{path} lacks {files} of CIFAR's binary version",
  "cifar-python":
    "{path} has CIFAR's Python version; fetch the binary version, whose files end in .bin",
  "cifar-size":
    "{path} has {bytes} bytes, which is not a whole number of records of {record} bytes; fetch it again",
  "cifar-label": "{path}: sample {sample} has label {label}, labels are below {classes}",
  "cifar-names": "{path} has {names} names, there are {classes} classes",
  "array-empty": "{path} has no samples; fetch it again",
  "one-class":
    "{path}: every label is {label}; classification needs at least two classes, so add samples of another",
  "too-many-classes": "{path} has {classes} classes; {most} are supported",
  "labels-numbered":
    "{path}: labels go from {low} to {high}, so they are numbered as {classCount} classes, which keep them as names",
  "classes-untrained":
    "{count = 1 ? class : classes} {labels} {count = 1 ? has : have} no training sample, so the network can't learn {count = 1 ? it : them}",
  "labels-not-a-list":
    "{path} has shape [{shape}], labels have one dimension; is it the file of the samples?",
  "label-not-a-class":
    "{path}: label {label} of sample {sample} is not a whole number up to 65535; number the classes from 0",
} as const;
