/** @file Datasets: their files, their downloads, and their formats. In Spanish. */
import type { data as english } from "../english/data.ts";
import { translationOf } from "../template.ts";

export const data = translationOf<typeof english>()({
  "row-lacks-target":
    "no tiene un valor conocido de {columns}, con el que se comparan las respuestas",
  "model-without-targets":
    "el modelo no dice qué significan las columnas de una tabla, así que {path} solo sirve para predecir",
  "no-records-for-pictures":
    "el modelo se entrenó con imágenes, pero {path} contiene registros; dale imágenes",
  "file-lacks-columns":
    "a {path} le faltan columnas que el modelo necesita: {columns}; tiene {found}",
  "wrong-number-count":
    "hay {found} {found = 1 ? número : números} y el modelo recibe {featureCount}",
  "not-a-number": "la columna {column} es {given}, no un número",
  "drawing-digits": "dibujando {count} dígitos",
  "digits-not-kept": "no se pueden guardar los dígitos en {path}: {reason}",
  "downloading-mnist": "descargando mnist: {percent} % de {megabytes} MB",
  "download-failed": "no se puede descargar {url}: {reason}; inténtalo de nuevo",
  "server-answered": "el servidor respondió {status}",
  "nothing-came": "no llegó nada en {seconds} s",
  "other-range": "el servidor envió otro fragmento",
  "server-sent-too-much": "el servidor envió más de los {bytes} bytes del archivo",
  "download-cut-off": "la conexión terminó tras {received} de {bytes} bytes",
  "file-hash-differs": "el SHA-256 del archivo es {found}, debía ser {expected}",
  "cache-unusable": "no se puede usar la caché {path}: {reason}; elige otra",
  "dataset-unusable": "los datos de {path} no se pueden usar: {reason}",
  "folder-unreadable": "no se puede leer la carpeta de los datos {path}: {reason}",
  "dataset-file-unreadable": "no se puede leer {path}: {reason}; consíguelo de nuevo",
  "sample-shapes-differ":
    "{first} tiene muestras de {firstShape}, {second} de {secondShape}; deben tener la misma forma",
  "dataset-files-missing":
    "en {path} falta {files} (-idx3-ubyte, .idx3-ubyte …, tal cual o .gz); contiene {found}",
  nothing: "nada",
  "and-more": "{names} y {count} más",
  "counts-differ":
    "{images} tiene {samples} {samples = 1 ? muestra : muestras} y {labels} tiene {labelCount} {labelCount = 1 ? etiqueta : etiquetas}; ¿son de los mismos datos?",
  "idx-cut-short":
    "{path} está cortado: {content} ocupa {expected} bytes, tiene {bytes}; consíguelo de nuevo",
  "idx-too-long":
    "{path} es demasiado largo: {content} ocupa {expected} bytes, tiene {bytes}; consíguelo de nuevo",
  "idx-too-small":
    "{path} tiene {bytes} bytes, un archivo IDX tiene al menos {least}; consíguelo de nuevo",
  "idx-magic":
    "{path} empieza con 0x{magic}, un archivo IDX con 0x0000TTDD (tipo TT 08, 09, 0b…0e; DD ≥ 1 dimensiones); ¿está comprimido o es de otro formato?",
  "idx-header-cut-short":
    "{path} está cortado: la cabecera de {dimensions} dimensiones ocupa {expected} bytes, tiene {bytes}; consíguelo de nuevo",
  "dataset-hash-differs": "el SHA-256 de los datos es {found}, debía ser {expected}",
  "splits-differ-in-shape":
    "las muestras de train y de {split} difieren de forma: [{train}] y [{test}]",
  "splits-differ-in-type": "una parte tiene bytes como valores, la otra decimales",
  "dataset-bytes": "son {bytes} bytes de datos; se aceptan como mucho {bytesMax}",
  "dataset-tensors": "se esperaban los tensores {expected}, hay {found}",
  none: "ninguno",
  "dataset-format": "se esperaba el formato {expected}, es {found}",
  "class-count": "classCount debe estar en 1…{most}, es «{found}»",
  "tensor-not-u8-f32": "{name} debe ser U8 o F32",
  "tensor-not-of-type": "{name} debe ser {dtype}",
  "no-samples": "{name} debe tener al menos una muestra, su forma es [{shape}]",
  "sample-shape":
    "{name}: una muestra tiene de 1 a {rankMax} dimensiones y como mucho {featuresMax} valores, su forma es [{shape}]",
  "labels-shape": "{name} debe tener forma [{expected}], tiene [{shape}]",
  "label-too-large":
    "la muestra {sample} de {split} tiene la etiqueta {label}, deben ser menores que {classCount}",
  "token-too-large":
    "el token {sample} de {split} es {label}; los tokens son menores que {classCount}",
  "token-count-differs": "describe {found} tokens y los objetivos tienen {count}",
  "tokens-too-few":
    "{name} debe tener al menos {least} tokens para un contexto de {context}; su forma es [{found}]",
  "flag-not-0-1": "la muestra {sample} de {split} tiene la marca {label}; debe ser 0 o 1",
  "feature-not-finite": "{name}: la muestra {sample} contiene {value}, los números son finitos",
  "dataset-metadata": "el campo {name} de los datos no vale: {reason}",
  "not-json": "no es JSON",
  "dataset-metadata-too-long":
    "el campo {name} de los datos (nombres y ajustes) ocupa {bytes} bytes; se aceptan como mucho {bytesMax}[terminal]: deja fuera columnas con --ignore, acorta los nombres o da los números sin ellos (npy:, npz:)",
  "tensors-too-few-bytes": "{bytes} bytes son muy pocos para un archivo safetensors",
  "tensors-header-too-large": "una cabecera de {bytes} bytes; se leen como mucho {bytesMax}",
  "tensors-header-beyond-file": "una cabecera de {bytes} bytes en un archivo de {fileBytes} bytes",
  "tensors-header-form": "la cabecera no es un objeto JSON seguido de espacios",
  "tensors-header-twice": "la cabecera nombra dos veces {name}",
  "tensors-header-not-utf8": "la cabecera no es UTF-8",
  "tensors-header-not-json": "la cabecera no es JSON",
  "tensors-header-depth": "la cabecera tiene más de {levels} niveles",
  "tensors-not-string": "{name} no es un texto",
  "tensors-not-object": "{name} no es un objeto",
  "the-header": "la cabecera",
  "tensor-name-too-long":
    "el nombre de un tensor tiene {length} caracteres; se leen como mucho {lengthMax}",
  "tensor-entry":
    "tensor {name}: se esperaban dtype, shape y data_offsets, con dtype {dtypes}; hay {found}",
  "tensor-size":
    "tensor {name}: {dtype} [{shape}] ocupa {bytes} bytes, entre [{start}, {end}) hay {found}",
  "tensor-overlaps": "el tensor {name} se solapa con el anterior",
  "tensor-hole": "un hueco de {bytes} bytes antes del tensor {name}",
  "tensor-beyond-end": "el tensor {name} termina en el byte {end} de {bytes}: ¿está cortado?",
  "bytes-after-tensors": "{bytes} bytes tras el último tensor",
  "data-used":
    "{targets}; {samples} {samples = 1 ? muestra : muestras} ({split}), {features} {features = 1 ? valor : valores} por muestra",
  "table-used":
    "{targets}; {samples} {samples = 1 ? fila : filas} ({split}), {columns} {columns = 1 ? columna usada : columnas usadas} como {features} {features = 1 ? valor : valores}",
  "data-two-splits": "{trainCount} para entrenar, {testCount} para probar",
  "data-three-splits":
    "{trainCount} para entrenar, {validationCount} para validar, {testCount} para probar",
  "data-classes": "clasificación: {count} {count = 1 ? clase : clases}",
  "data-classes-named": "clasificación: {count} {count = 1 ? clase : clases} {names}",
  "data-classes-of": "clasificación de {column}: {count} {count = 1 ? clase : clases} {names}",
  "data-values": "regresión: {count} {count = 1 ? objetivo : objetivos}",
  "data-values-named": "regresión: {count} {count = 1 ? objetivo : objetivos} {names}",
  "data-tokens": "lenguaje: el siguiente de {count} tokens distintos",
  "data-flags": "clasificación: {count} {count = 1 ? objetivo : objetivos} de sí o no",
  "data-flags-named":
    "clasificación: {count} {count = 1 ? objetivo : objetivos} de sí o no {names}",
});
