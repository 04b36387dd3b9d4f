/** @file Arrays of samples and labels: IDX, npy and npz files, and what their numbers mean. In Spanish. */
import type { arrays as english } from "../english/arrays.ts";
import { translationOf } from "../template.ts";

export const arrays = translationOf<typeof english>()({
  "idx-is-a-file": "{path} es un archivo; idx: toma la carpeta que contiene los cuatro archivos",
  "idx-several":
    "{path} tiene los archivos de varios conjuntos de datos: {prefixes}; nombra uno, por ejemplo idx:{example}",
  "features-like-bytes":
    "{path}: los enteros de {low} a {high} se leen como bytes, es decir, divididos entre 255",
  "features-too-wide":
    "{path}: los enteros de {low} a {high} no son bytes y son demasiado grandes para entrenar; escálalos antes a 0…1",
  "one-class":
    "{path}: todas las etiquetas son {label}; para clasificar hacen falta al menos dos clases, así que añade muestras de otra",
  "too-many-classes": "{path} tiene {classes} clases; se admiten {most}",
  "labels-numbered":
    "{path}: las etiquetas van de {low} a {high}, así que se numeran como {classCount} clases, que las conservan como nombres",
  "classes-untrained":
    "{count = 1 ? la clase : las clases} {labels} no {count = 1 ? tiene : tienen} ninguna muestra de entrenamiento, así que la red no puede {count = 1 ? aprenderla : aprenderlas}",
  "labels-not-a-list":
    "{path} tiene forma [{shape}], las etiquetas tienen una dimensión; ¿es el archivo de las muestras?",
  "label-not-a-class":
    "{path}: la etiqueta {label} de la muestra {sample} no es un entero de hasta 65535; numera las clases desde 0",
});
