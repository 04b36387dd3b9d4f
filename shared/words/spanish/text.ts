/** @file Textos: sus archivos, sus tokens y lo que escribe una red. */
import type { text as english } from "../english/text.ts";
import { translationOf } from "../template.ts";

export const text = translationOf<typeof english>()({
  "text-empty": "{path} está vacío",
  "no-texts": "{path} no tiene archivos .txt; contiene {found}",
  "text-too-large": "con {path} el texto pasa de {bytesMax} bytes; usa una parte",
  "text-no-text": "{path} no es un texto[terminal]; --tokens byte entrena con cualquier byte",
  "text-not-utf8":
    "{path} no es UTF-8 en el byte {offset}; conviértelo[terminal] o usa --tokens byte, que entrena con cualquier byte",
  "text-too-short":
    "{path} es demasiado corto: de {length} {length = 1 ? token : tokens}, {found} {found = 1 ? es : son} para {split}, que necesita {least} con un contexto de {context}[terminal]; usa un texto más largo o un --context menor",
  "text-too-many-characters":
    "{path} tiene {found} caracteres distintos, se aceptan como mucho {most}[terminal]; usa --tokens byte",
  "text-read-chars":
    "leído {path}: {length} {length = 1 ? carácter : caracteres}, {characters} {characters = 1 ? distinto : distintos} en la parte de entrenamiento: {shown}",
  "text-read-bytes": "leído {path}: {length} bytes",
  "text-files-read-chars":
    "{files = 1 ? leído : leídos} {files} {files = 1 ? archivo : archivos} de {path}: {length} {length = 1 ? carácter : caracteres}, {characters} {characters = 1 ? distinto : distintos} en la parte de entrenamiento: {shown}",
  "text-files-read-bytes":
    "{files = 1 ? leído : leídos} {files} {files = 1 ? archivo : archivos} de {path}: {length} bytes",
  "text-two-parts":
    "el texto en su orden: los primeros {train} tokens para entrenar, los últimos {test} para la prueba; cada muestra {context = 1 ? es : son} {context} {context = 1 ? token : tokens} y el que sigue a {context = 1 ? él : cada uno}",
  "text-three-parts":
    "el texto en su orden: los primeros {train} tokens para entrenar, {validation} para validar, los últimos {test} para la prueba; cada muestra {context = 1 ? es : son} {context} {context = 1 ? token : tokens} y el que sigue a {context = 1 ? él : cada uno}",
  "text-unknown":
    "{count} {count = 1 ? carácter : caracteres} tras la parte de entrenamiento no {count = 1 ? aparece : aparecen} en ella y {count = 1 ? cuenta : cuentan} como {count = 1 ? desconocido : desconocidos}",
  "text-used":
    "{targets}; {samples} {samples = 1 ? muestra : muestras} ({split}) de {features} {features = 1 ? token : tokens}",
  "reads-text":
    "lee un texto: elige otro modelo, o un texto[terminal], por ejemplo --dataset text:ARCHIVO",
  "mlp-for-text":
    "el modelo mlp toma una muestra entera; para un texto usa el modelo gpt, o capas que lo tomen token a token, de un embedding a una capa dense y softmax",
  "prompt-twice": "da el archivo {path} o un --prompt, no ambos",
  "prompt-unknown":
    "el --prompt tiene {count} {count = 1 ? carácter : caracteres} que el modelo no conoce",
  "only-for-texts": "{setting} es para un modelo que continúa textos; {path} no lo hace",
  "predict-file-missing":
    "{path} responde a los registros de un archivo: indica uno tras él, o - para la entrada estándar",
  "explain-no-texts":
    "{path} continúa textos, donde cada token tiene su propia respuesta; promedio predict muestra lo que escribe",
  "contexts-differ": "{model} y {other} se contradicen; quita uno",
});
