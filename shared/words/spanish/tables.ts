/** @file Tables: their files, their columns, and what becomes of both. In Spanish. */
import type { tables as english } from "../english/tables.ts";
import { translationOf } from "../template.ts";

export const tables = translationOf<typeof english>()({
  "table-problem": "{place}: {reason}",
  "place-line": "{path}, línea {number}",
  "place-row": "{path}, fila {number}",
  "on-line": "línea {number}",
  "in-row": "fila {number}",
  "table-unreadable": "no se puede leer {path}: {reason}",
  "table-no-text": "{path} no es un archivo de texto; ¿tiene otro formato?",
  "table-not-utf8":
    "{path} no es UTF-8 (primero en la línea {line}), así que se lee como Windows-1252",
  "table-empty":
    "{path} está vacío; una tabla tiene una línea con los nombres de sus columnas y una por fila",
  "table-no-rows": "{path} no tiene filas, solo los nombres de sus columnas",
  "table-one-column":
    "la tabla tiene una sola columna, con {delimiter} entre columnas; si las separa otra cosa, indícalo con --delimiter",
  "table-ragged":
    "esta fila tiene {found} {found = 1 ? valor : valores}, pero la tabla tiene {expected} {expected = 1 ? columna : columnas}; pon comillas al valor que contiene el separador",
  "table-changed": "{path} cambió mientras se leía; inténtalo otra vez",
  "reading-table": "leyendo {path}: {percent} % de {megabytes} MB",
  "csv-quote-open": "aquí se abren unas comillas que no se cierran",
  "csv-after-quote":
    "tras cerrar las comillas viene {found} en vez de un separador; dobla las comillas dentro de un valor entrecomillado",
  "csv-record-too-long":
    "la fila que empieza aquí tiene más de {lengthMax} caracteres; ¿faltan unas comillas de cierre?",
  "line-no-object": "esta línea no es un objeto JSON; escribe un objeto por línea",
  "value-nested":
    "{key} contiene una lista o un objeto; una tabla tiene un número, un texto o un valor lógico por celda: aplánalo o quítalo del archivo",
  "too-many-keys": "hasta esta línea los objetos tienen más de {most} claves distintas",
  "no-parquet": "{path} no es un archivo Parquet, o está cortado",

  "table-read":
    "leído {path}: {rows} {rows = 1 ? fila : filas}, {columns} {columns = 1 ? columna : columnas} ({format})",
  "csv-format": "{encoding}, {delimiter} entre columnas, {decimal}, {header}",
  "jsonl-format": "{encoding}, un objeto JSON por línea",
  "parquet-format": "Parquet",
  "delimiter-comma": "comas",
  "delimiter-semicolon": "puntos y comas",
  "delimiter-tab": "tabuladores",
  "delimiter-pipe": "barras verticales",
  "decimal-comma": "coma decimal",
  "decimal-point": "punto decimal",
  "header-first-line": "nombres en la primera línea",
  "header-none": "sin línea de nombres",
  "column-number": "número",
  "column-boolean": "sí o no",
  "column-category": "categoría",
  "column-date": "fecha",
  "column-empty": "vacía",

  "no-such-column": "{setting}: {path} no tiene esa columna; sus columnas son {columns}",
  "no-such-column-did-you-mean": "{setting}: {path} no tiene esa columna; ¿quizás {word}?",
  "target-ignored": "{target} y {ignore} se contradicen; una columna se predice o se deja fuera",
  "table-no-columns-left": "{path} no tiene ninguna columna que se pueda predecir",
  "target-is-date":
    "{path}: {column} contiene fechas, que no se pueden predecir; elige otro --target entre {columns}",
  "target-is-empty": "{path}: {column} no contiene valores; elige otro --target entre {columns}",
  "target-is-constant":
    "{path}: {column} vale {value} en todas las filas, así que no hay nada que predecir; elige otro --target",
  "target-is-identifier":
    "{path}: la última columna, {column}, contiene {distinct} textos distintos en {rows} filas y apenas se puede predecir; indica con --target la columna que se predice: {columns}",
  "targets-not-numbers":
    "{path}: {columns} no se puede predecir como número, porque contiene textos; usa --task classification u otro --target",
  "targets-not-flags":
    "{path}: {columns} no puede ser una de varias respuestas de sí o no; usa --task regression, o predice una sola columna",
  "too-many-different":
    "{path}: {column} contiene más de {most} valores distintos, el máximo de clases; usa --task regression si son números, u otro --target",
  "very-many": "muchísimos",

  "table-no-features":
    "a {path} no le queda ninguna columna con que predecir; las demás se dejan fuera, están vacías o son iguales en todas las filas",
  "columns-useless": "{path}: {columns}; usa --ignore {names}",
  "columns-useless-and-missing":
    "{path}: {columns}; usa --ignore {names}, y rellena los valores ausentes con --missing mean (o median, mode) o quita sus filas con --missing drop",
  "column-identifies":
    "{column} contiene {distinct} textos distintos en {present} filas: nombra las filas en vez de describirlas",
  "column-of-many": "{column} contiene {distinct} textos distintos, demasiados para ser categorías",
  "column-of-texts": "{column} contiene textos largos, que no son categorías",
  "values-missing":
    "{path}: {columns}; rellénalos con --missing mean (o median, mode), quita sus filas con --missing drop, o deja columnas fuera con --ignore {others}",
  "column-lacks": "a {column} le faltan {missing} de {rows} valores (primero en la {place})",
  "column-odd":
    "{column} ({type}) tiene {count} de {rows} valores que no se pueden leer (primero en la {place}: {text})",
  "table-too-many-columns": "{path} tiene {columns} columnas; se leen como mucho {most}",
  "table-too-many-rows":
    "{path} tiene más de {rowsMax} filas; con {used} columnas ocupan más que los {bytesMax} bytes de un conjunto de datos: deja columnas fuera con --ignore, o toma menos filas",
  "table-too-large":
    "{path}: {rows} filas de {features} características ocupan {bytes} bytes, y un conjunto de datos tiene como mucho {bytesMax}; deja columnas fuera con --ignore, o toma menos filas",
  "table-no-memory":
    "no hay memoria suficiente para {path}; deja columnas fuera con --ignore, o toma menos filas",
  "table-too-few-rows":
    "{path}: {rows} {rows = 1 ? fila es poca : filas son pocas} para separar entrenamiento y prueba; cambia --test o --validation, o añade filas",

  "dates-ambiguous":
    "las fechas de {columns} se leen como mes/día/año, pero también podrían ser día/mes/año; si no es así, escríbelas como año-mes-día",
  "odd-as-missing":
    "{column} ({type}): {count} {count = 1 ? valor que no se puede leer cuenta : valores que no se pueden leer cuentan} como ausentes (primero en la {place}: {text})",
  "column-count": "{column} ({count})",
  "values-filled":
    "valores ausentes rellenados con {way} de las filas de entrenamiento (en categorías, la más frecuente): {columns}",
  "way-mean": "la media",
  "way-median": "la mediana",
  "way-mode": "el valor más frecuente",
  "way-refuse": "el valor dado",
  "way-drop": "el valor dado",
  "rows-dropped":
    "se {count = 1 ? quita : quitan} {count} de {rows} filas, porque {count = 1 ? le : les} faltan valores",
  "rows-without-target":
    "se {count = 1 ? quita : quitan} {count} de {rows} filas, porque {count = 1 ? le : les} falta lo que se predice",
  "columns-empty": "fuera, porque no hay valores: {columns}",
  "columns-constant": "fuera, porque es igual en todas las filas de entrenamiento: {columns}",
  "column-suspicious":
    "sospechoso: {column} basta para saber {target}; si no se conoce de antemano, usa --ignore {column}",
  "column-counts-rows":
    "sospechoso: {column} solo numera las filas; usa --ignore {column} si su orden no importa",
  "task-classes": "clasificación de {target} ({classes} clases)",
  "task-values": "regresión de {targets}",
  "task-flags": "clasificación de {targets}, cada una sí o no",
  "choice-named": "como se indicó",
  "choice-by-name": "elegida por su nombre",
  "choice-last": "la última columna",
  "splits-two": "{train} para entrenar y {test} para la prueba",
  "splits-three": "{train} para entrenar, {validation} para validar y {test} para la prueba",
  "table-task":
    "{what}, {choice}: {rows} filas ({splits}), {used} de {of} columnas {used = 1 ? usada : usadas} como {features} {features = 1 ? característica : características}",

  "row-lacks-value":
    "falta {column}, y el modelo se entrenó sin valores ausentes en ella: complétala, o quita la fila",
  "row-value-unreadable": "{column} ({type}) no se puede leer: {given}",
});
