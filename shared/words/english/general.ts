/** @file Sentences that any other may contain: quoted texts, and errors of an operating system. */

export const general = {
  quoted: "{text}",
  "from-address": "{reason} ({address})",
  "lines-not-shown": "… {count} {count = 1 ? line was : lines were} not shown",
  "no-such-file": "there is no such file or folder",
  "no-permission": "this user has no permission for it",
  "disk-full": "no space is left on the disk (ENOSPC)",
  "disk-read-only": "the disk is read-only (EROFS)",
  "disk-failed": "the disk reported an error (EIO)",
  "too-many-files": "too many files are open (EMFILE)",
  "not-text": "it is not text in UTF-8 or UTF-16",
  "not-utf-8": "line {line} is not UTF-8; save the file as UTF-8",
  "is-folder": "it is a folder",
  "is-no-folder": "a part of the path is not a folder",
  "is-no-file": "it is not a file",
  "file-too-large": "it has {bytes} bytes, at most {bytesMax} are read",
} as const;
