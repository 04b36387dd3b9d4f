/** @file The files of a run, and how they are found again. In Spanish. */
import type { files as english } from "../english/files.ts";
import { translationOf } from "../template.ts";

export const files = translationOf<typeof english>()({
  "run-in-use":
    "{folder} lo está entrenando el proceso {pid} en {host} desde {since}: detén ese primero o elige otro entrenamiento",
  "run-lock-failed": "no se puede reservar {folder}: {reason}; elige otra carpeta",
  "run-exists": "{path} ya existe; elige otro nombre o continúalo",
  "cannot-set-up": "no se puede preparar {path}: {reason}[terminal]; elige otra carpeta con --runs",
  "no-run-in-folder": "no hay ningún entrenamiento en {path}; empieza uno sin --resume",
  "no-such-run": "no existe el entrenamiento {name}, ni {path}; los que hay: {runs}",
  "folder-passed-over": "no se tiene en cuenta {path}: {reason}",
  "cannot-look-for-runs": "no se pueden buscar entrenamientos en {path}: {reason}",
  "cannot-read": "no se puede leer {path}: {reason}",
  "tensorboard-failed":
    "no se puede escribir {path}: {reason}; el entrenamiento sigue, pero TensorBoard ya no lo mostrará",
  "cannot-write": "no se puede escribir {path}: {reason}",
  "model-does-not-fit": "{path} no se entrenó para {dataset}: {reason}",
  "no-such-sample": "{dataset} no tiene la muestra de prueba {sample}; la última es {last}",
  "cannot-write-checkpoint": "no se puede escribir el punto de control {path}: {reason}",
  "cannot-trim": "no se puede recortar {path}: {reason}",
  "lines-lost":
    "a {path} le {count = 1 ? falta : faltan} {count} {count = 1 ? línea : líneas} de cuando no se podía escribir",
  "handover-unreadable":
    "no se puede leer {path} ({reason}): quienes participaban en este entrenamiento necesitan los enlaces nuevos",
  "handover-field": "{field} no es válido",
  "using-checkpoint": "{reason}; se usa {name}",
  "checkpoint-unreadable": "el punto de control {path} no se puede leer ({reason})",
  "checkpoint-damaged": "el punto de control {path} está dañado ({reason})",
  "no-whole-checkpoint": "no hay ningún punto de control completo en {path}",
  "run-begins-again": "{reason}: el entrenamiento {run} empieza otra vez en el paso 0",
  "resume-uncertain": "{reason}; prueba --resume otra vez, o empieza otro entrenamiento sin él",
  "setup-invalid":
    "{path} no es de un entrenamiento: {field} no es válido; corrígelo, o empieza otro sin --resume",
  "setup-dataset-invalid":
    "{path}: dataset debe ser {expects}, no {given}; corrígelo, o empieza otro entrenamiento sin --resume",
  "result-in-memory-only":
    "el resultado está solo en la memoria: haz sitio en el disco o descárgalo desde el panel; se intenta de nuevo en {seconds} s",
  "result-elsewhere": "el resultado está fuera de la carpeta del entrenamiento: {path}",
  "checkpoint-version": "tiene la versión {found}, este programa lee hasta la {expected}",
  "checkpoint-without-hash": "no trae su propia suma SHA-256",
  "checkpoint-changed": "sus bytes cambiaron después de escribirse: la suma no coincide",
  "checkpoint-state": "el estado de su optimizador es [{found}], el de {optimizer} es [{expected}]",
  "checkpoint-sums": "su evaluación tiene {found} sumas, su tarea tiene {expected}",
  "checkpoint-tensors": "tiene {found} tensores, su modelo y su optimizador {expected}",
  "checkpoint-old-tensor": "su modelo no tiene el tensor {name}",
  "checkpoint-fingerprint": "la huella de sus parámetros es {fingerprint}, no la que dice",
  "checkpoint-tensor": "el tensor {name} no es F32 [{shape}]",
  "checkpoint-not-json": "su {field} no es JSON",
  "checkpoint-field": "su {field} no es válido: {path}: {reason}",
});
