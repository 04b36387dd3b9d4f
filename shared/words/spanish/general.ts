/** @file Sentences that any other may contain: quoted texts, and errors of an operating system. In Spanish. */
import type { general as english } from "../english/general.ts";
import { translationOf } from "../template.ts";

export const general = translationOf<typeof english>()({
  quoted: "«{text}»",
  "from-address": "{reason} ({address})",
  "lines-not-shown": "… {count} {count = 1 ? línea no mostrada : líneas no mostradas}",
  "no-such-file": "no existe ese archivo o carpeta",
  "no-permission": "este usuario no tiene permiso",
  "disk-full": "no queda espacio en el disco (ENOSPC)",
  "disk-read-only": "el disco es de solo lectura (EROFS)",
  "disk-failed": "el disco dio un error (EIO)",
  "too-many-files": "hay demasiados archivos abiertos (EMFILE)",
  "not-text": "no es texto en UTF-8 ni UTF-16",
  "not-utf-8": "la línea {line} no es UTF-8; guarda el archivo como UTF-8",
  "is-folder": "es una carpeta",
  "is-no-folder": "una parte de la ruta no es una carpeta",
  "is-no-file": "no es un archivo",
  "file-too-large": "tiene {bytes} bytes; se leen como mucho {bytesMax}",
});
