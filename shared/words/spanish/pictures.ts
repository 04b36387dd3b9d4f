/** @file Folders of pictures: what is in them, and what can't be read. In Spanish. */
import type { pictures as english } from "../english/pictures.ts";
import { translationOf } from "../template.ts";

export const pictures = translationOf<typeof english>()({
  "sharp-missing":
    "para leer imágenes hace falta el paquete sharp, que no está instalado aquí; ejecuta: npm install sharp",
  "images-is-a-file":
    "{path} es un archivo; images: toma una carpeta con una carpeta de imágenes por clase, así que descomprímelo antes",
  "no-pictures-for-records": "el modelo no se entrenó con imágenes como {path}; dale una tabla",
  "no-pictures":
    "{path} no tiene imágenes PNG, JPEG, WebP o GIF en carpetas, una por clase; contiene {found}",
  "pictures-without-class":
    "{path} necesita una carpeta de imágenes por clase, sin imágenes sueltas al lado",
  "pictures-of-one-class":
    "{path} tiene una sola clase, {name}; para clasificar hacen falta al menos dos, así que añade la carpeta de otra",
  "folders-too-deep":
    "{path} está anidada a demasiada profundidad; ¿es un enlace a una carpeta superior?",
  "folders-empty": "se {count = 1 ? omite la carpeta : omiten las carpetas} sin imágenes: {paths}",
  "split-without-classes":
    "{path} no tiene carpetas de clases, así que se omite y las muestras de prueba se sacan de las demás",
  "no-picture-names":
    "se omiten los archivos que por su nombre no son PNG, JPEG, WebP o GIF: {found}",
  "inspecting-pictures": "examinando {count} {count = 1 ? imagen : imágenes}: {percent} %",
  "reading-pictures": "leyendo {count} {count = 1 ? imagen : imágenes}: {percent} %",
  "pictures-kept": "{pictures} imágenes de {width} × {height}, {color}",
  "pictures-kept-decoded":
    "{count} {count = 1 ? imagen ya estaba decodificada y se toma : imágenes ya estaban decodificadas y se toman} de la caché",
  "pictures-scaled": "{pictures} imágenes de {sizes}: se escalan a {width} × {height}, {color}",
  "in-grey": "en gris",
  "in-color": "en color",
  "too-many-pictures":
    "{pictures} imágenes de {size} ocupan {bytes} bytes; se aceptan como mucho {bytesMax}, así que elige un tamaño menor",
  "pictures-broken":
    "{count} de {total} imágenes no se {count = 1 ? puede : pueden} leer: {pictures}; {count = 1 ? sustitúyela : sustitúyelas}",
  "pictures-skipped":
    "{count} de {total} imágenes no se {count = 1 ? puede : pueden} leer y se {count = 1 ? omite : omiten}: {pictures}",
  "picture-with-reason": "{path} ({reason})",
  "and-more-pictures": "{pictures} y {count} más",
  "picture-format": "no es una imagen PNG, JPEG, WebP o GIF",
  "picture-too-large": "tiene demasiados píxeles",
  "picture-damaged": "está dañada o cortada",
});
