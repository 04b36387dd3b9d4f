/** @file Tables: their files, their columns, and what becomes of both. */

export const tables = {
  "table-problem": "{place}: {reason}",
  "place-line": "{path} line {number}",
  "place-row": "{path} row {number}",
  "on-line": "line {number}",
  "in-row": "row {number}",
  "table-unreadable": "cannot read {path}: {reason}",
  "table-no-text": "{path} is not a text file; is it of another format?",
  "table-not-utf8": "{path} is not UTF-8 (first on line {line}), so it is read as Windows-1252",
  "table-empty":
    "{path} is empty; a table has a line with the names of its columns and one per row",
  "table-no-rows": "{path} has no rows, only the names of its columns",
  "table-one-column":
    "the table has only one column, with {delimiter} between columns; if they are separated by something else, name it with --delimiter",
  "table-ragged":
    "this row has {found} {found = 1 ? value : values}, but the table has {expected} {expected = 1 ? column : columns}; put quotes around a value that contains the delimiter",
  "table-changed": "{path} changed while it was being read; try again",
  "reading-table": "reading {path}: {percent} % of {megabytes} MB",
  "csv-quote-open": "a quote is opened here and never closed",
  "csv-after-quote":
    "a closing quote is followed by {found} instead of a delimiter; double each quote inside a quoted value",
  "csv-record-too-long":
    "the row that starts here has more than {lengthMax} characters; is a quote not closed?",
  "line-no-object": "this line is not a JSON object; write one object per line",
  "value-nested":
    "{key} holds a list or an object; a table has one number, text or truth value per cell: flatten it, or leave it out of the file",
  "too-many-keys": "up to this line the objects have more than {most} different keys",
  "no-parquet": "{path} is not a Parquet file, or it is cut short",

  "table-read":
    "read {path}: {rows} {rows = 1 ? row : rows}, {columns} {columns = 1 ? column : columns} ({format})",
  "csv-format": "{encoding}, {delimiter} between columns, {decimal}, {header}",
  "jsonl-format": "{encoding}, one JSON object per line",
  "parquet-format": "Parquet",
  "delimiter-comma": "commas",
  "delimiter-semicolon": "semicolons",
  "delimiter-tab": "tabs",
  "delimiter-pipe": "vertical bars",
  "decimal-comma": "decimal comma",
  "decimal-point": "decimal point",
  "header-first-line": "names on the first line",
  "header-none": "no line with names",
  "column-number": "number",
  "column-boolean": "yes or no",
  "column-category": "category",
  "column-date": "date",
  "column-empty": "empty",

  "no-such-column": "{setting}: {path} has no such column; its columns are {columns}",
  "no-such-column-did-you-mean": "{setting}: {path} has no such column; did you mean {word}?",
  "target-ignored":
    "{target} and {ignore} contradict each other; a column is predicted or left out",
  "table-no-columns-left": "{path} has no column that could be predicted",
  "target-is-date":
    "{path}: {column} holds dates, which cannot be predicted; choose another --target of {columns}",
  "target-is-empty": "{path}: {column} holds no values; choose another --target of {columns}",
  "target-is-constant":
    "{path}: {column} holds {value} in every row, so there is nothing to predict; choose another --target",
  "target-is-identifier":
    "{path}: the last column, {column}, holds {distinct} different texts in {rows} rows, which can hardly be predicted; name the column to predict with --target: {columns}",
  "targets-not-numbers":
    "{path}: {columns} cannot be predicted as numbers, because there are texts in it; use --task classification, or another --target",
  "targets-not-flags":
    "{path}: {columns} cannot be one of several yes-or-no answers; use --task regression, or predict one column",
  "too-many-different":
    "{path}: {column} holds more than {most} different values, the most classes that there can be; use --task regression for numbers, or another --target",
  "very-many": "very many",

  "table-no-features":
    "{path} has no column left to predict from; every other column is left out, empty or the same in all rows",
  "columns-useless": "{path}: {columns}; use --ignore {names}",
  "columns-useless-and-missing":
    "{path}: {columns}; use --ignore {names}, and fill in missing values with --missing mean (or median, mode) or drop their rows with --missing drop",
  "column-identifies":
    "{column} holds {distinct} different texts in {present} rows, so it names rows rather than describes them",
  "column-of-many": "{column} holds {distinct} different texts, too many for categories",
  "column-of-texts": "{column} holds long texts, which are no categories",
  "values-missing":
    "{path}: {columns}; fill them in with --missing mean (or median, mode), drop their rows with --missing drop, or leave columns out with --ignore {others}",
  "column-lacks": "{column} lacks {missing} of {rows} values (first on {place})",
  "column-odd":
    "{column} ({type}) has {count} of {rows} values that cannot be read (first on {place}: {text})",
  "table-too-many-columns": "{path} has {columns} columns; at most {most} are read",
  "table-too-many-rows":
    "{path} has more than {rowsMax} rows; with {used} columns they take more than the {bytesMax} bytes of a dataset: leave columns out with --ignore, or take fewer rows",
  "table-too-large":
    "{path}: {rows} rows of {features} features take {bytes} bytes, and a dataset has at most {bytesMax}; leave columns out with --ignore, or take fewer rows",
  "table-no-memory":
    "there is not enough memory for {path}; leave columns out with --ignore, or take fewer rows",
  "table-too-few-rows":
    "{path}: {rows} {rows = 1 ? row is : rows are} too few to split into training and test; change --test or --validation, or add rows",

  "dates-ambiguous":
    "the dates in {columns} are read as month/day/year, but could be day/month/year as well; write them as year-month-day if that is wrong",
  "odd-as-missing":
    "{column} ({type}): {count} {count = 1 ? value : values} that cannot be read {count = 1 ? is : are} taken as missing (first on {place}: {text})",
  "column-count": "{column} ({count})",
  "values-filled":
    "missing values filled in with the {way} of the training rows (of categories, the most frequent one): {columns}",
  "way-mean": "mean",
  "way-median": "median",
  "way-mode": "most frequent value",
  "way-refuse": "given value",
  "way-drop": "given value",
  "rows-dropped":
    "{count} of {rows} rows dropped, because {count = 1 ? it lacks : they lack} values",
  "rows-without-target":
    "{count} of {rows} rows dropped, because {count = 1 ? it lacks : they lack} what is predicted",
  "columns-empty": "left out, because there are no values in it: {columns}",
  "columns-constant": "left out, because it is the same in all training rows: {columns}",
  "column-suspicious":
    "suspicious: {column} alone gives {target} away; if it is not known beforehand, use --ignore {column}",
  "column-counts-rows":
    "suspicious: {column} only counts the rows; use --ignore {column} unless their order matters",
  "task-classes": "classification of {target} ({classes} classes)",
  "task-values": "regression of {targets}",
  "task-flags": "classification of {targets}, each yes or no",
  "choice-named": "as named",
  "choice-by-name": "chosen by its name",
  "choice-last": "the last column",
  "splits-two": "{train} for training and {test} for the test",
  "splits-three": "{train} for training, {validation} for validation and {test} for the test",
  "table-task":
    "{what}, {choice}: {rows} rows ({splits}), {used} of {of} columns used as {features} {features = 1 ? feature : features}",

  "row-lacks-value":
    "{column} is missing, and the model was trained without missing values in it: fill it in, or leave the row out",
  "row-value-unreadable": "{column} ({type}) cannot be read: {given}",
} as const;
