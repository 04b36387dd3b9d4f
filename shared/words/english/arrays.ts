/** @file Arrays of samples and labels: IDX, npy and npz files, and what their numbers mean. */

export const arrays = {
  "idx-is-a-file": "{path} is a file; idx: takes the folder that holds the four files",
  "idx-several":
    "{path} has the files of several datasets: {prefixes}; name one, for example idx:{example}",
  "features-like-bytes":
    "{path}: whole numbers from {low} to {high} are read as bytes, that is divided by 255",
  "features-too-wide":
    "{path}: whole numbers from {low} to {high} are not bytes, and too large to train on; scale them to 0…1 first",
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
