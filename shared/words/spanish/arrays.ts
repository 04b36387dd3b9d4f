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
  "split-there": "{setting}: los datos ya tienen su parte {split}; omítelo",
  "not-an-array":
    "{path} no es un arreglo; pasa un arreglo tipado, listas anidadas de números, o shape y data",
  "array-shape-wrong":
    "{path} tiene {numbers} {numbers = 1 ? número : números}, pero su forma es {shape}; haz las muestras igual de largas",
  "array-value-no-number": "{path} contiene {value}; todos sus valores deben ser números",
  "npy-magic": "{path} no es un archivo npy: no empieza con \\x93NUMPY",
  "npy-version": "{path} es de la versión npy {version}; se admiten las versiones 1 a 3",
  "npy-header": "{path}: su cabecera no es de npy; guárdalo de nuevo",
  "npy-header-cut-short":
    "{path} está cortado: su cabecera ocupa {expected} bytes, tiene {bytes}; consíguelo de nuevo",
  "npy-dtype": "{path}: el tipo {dtype} no se admite; guárdalo como uno de {dtypes}",
  "npy-is-npz": "{path} es un archivo npz; usa npz:{path}",
  "npy-is-a-file":
    "{path} es una sola matriz; npy: toma la carpeta con muestras y etiquetas, como x.npy e y.npy",
  "npz-is-a-folder": "{path} es una carpeta; usa npy:{path} para sus archivos npy",
  "arrays-not-found":
    "{path} necesita una matriz de muestras y una de etiquetas por cada parte, como x_train, y_train, x_test e y_test, o X e y; contiene {found}",
  "zip-damaged": "no es un archivo zip entero",
  "zip-method": "{name} está comprimido de una forma que no se admite; guárdalo de nuevo",
  "several-numbers":
    "{setting}: {path} tiene varios números por muestra que no son 0 y 1; usa regression",
  "too-many-values":
    "{path} tiene {values} números por muestra; se pueden predecir como mucho {most}",
  "target-not-finite":
    "{path}: la muestra {sample} es {value}, los números por predecir son finitos",
  "target-constant":
    "{path}: todos los números por predecir son {value}, así que no hay nada que aprender",
  "cifar-missing": "en {path} falta {files} de la versión binaria de CIFAR",
  "cifar-python":
    "{path} tiene la versión de CIFAR para Python; consigue la versión binaria, cuyos archivos terminan en .bin",
  "cifar-size":
    "{path} tiene {bytes} bytes, que no son un número entero de registros de {record} bytes; consíguelo de nuevo",
  "cifar-label":
    "{path}: la muestra {sample} tiene la etiqueta {label}, deben ser menores que {classes}",
  "cifar-names": "{path} tiene {names} nombres y hay {classes} clases",
  "array-empty": "{path} no tiene muestras; consíguelo de nuevo",
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
