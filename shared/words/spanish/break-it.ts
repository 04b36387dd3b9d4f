/** @file Sentences about the dashboard's "Break it" buttons, and about the coordinator's reactions. In Spanish. */
import type { breakIt as english } from "../english/break-it.ts";
import { translationOf } from "../template.ts";

export const breakIt = translationOf<typeof english>()({
  "break-it-drop": "rómpelo: se corta la conexión de {worker}",
  "break-it-delay": "rómpelo: todo lo que envía {worker} se retiene {seconds} s",
  "break-it-delay-over": "rómpelo: vuelve a pasar lo que envió {worker}",
  "break-it-delay-over-steps":
    "rómpelo: vuelve a pasar lo que envió {worker}; mientras tanto {steps = 1 ? se dio : se dieron} {steps} {steps = 1 ? paso : pasos}",
  "break-it-corrupt":
    "rómpelo: se invierten bits del gradiente de {worker} para el paso {step}; ahora un valor es NaN",
  "break-it-lie":
    "rómpelo: se invierte un bit del gradiente de {worker} para el paso {step}; todos los valores siguen siendo números",
  "break-it-nan-refused":
    "rómpelo: el NaN se rechazó antes de entrar en ninguna suma, y lo que {worker} tenía del paso {step} se calculó de nuevo",
  "break-it-found-by-quorum":
    "rómpelo: se descubrió el resultado falso: el de otro ayudante era distinto y el coordinador calculó cuál era el bueno; {worker} queda fuera, y lo que dependía de él en el paso {step} se calculó de nuevo",
  "break-it-found-by-sample":
    "rómpelo: se descubrió el resultado falso: el coordinador calculó por azar el mismo bloque; {worker} queda fuera, y lo que tenía del paso {step} se calculó de nuevo",
  "break-it-not-found":
    "rómpelo: nadie descubrió el resultado falso: el paso {step} se dio con él y la huella será otra; solo el control por quórum los descubre todos",
  "break-it-not-needed":
    "rómpelo: lo que {worker} envió para el paso {step} no hizo falta: otro fue más rápido",
});
