/** @file Connections: who may connect, what they may ask for, and how this machine listens. In Spanish. */
import type { network as english } from "../english/network.ts";
import { translationOf } from "../template.ts";

export const network = translationOf<typeof english>()({
  "more-refused": "y se rechazó a {count} más",
  "more-came-and-went": "entraron o salieron ayudantes {count} {count = 1 ? vez : veces} más",
  "too-many-connections": "demasiadas conexiones",
  "too-many-requests": "más de {count} peticiones en una conexión",
  "too-many-unanswered": "más de {count} peticiones sin respuesta",
  "upgrade-behind-request": "un cambio de protocolo tras una petición sin respuesta",
  "answer-not-read": "nadie leyó nada de una respuesta en {seconds} s",
  "too-many-fields": "más de {count} campos de cabecera",
  "host-unknown": "el campo Host nombra otra máquina: usa una dirección",
  "origin-unknown": "una página de otro origen: abre el enlace para unirse",
  "request-with-body": "una petición con cuerpo",
  "token-missing": "sin código, o con uno incorrecto",
  "too-many-downloads": "demasiadas descargas a la vez",
  "http-malformed": "HTTP {status}",
  "no-websocket-here": "en esta ruta no hay WebSocket",
  "too-many-strangers": "demasiadas conexiones sin código",
  "handshake-failed": "WebSocket: {reason}",
  "http-on-https-port": "habló http; este puerto habla https",
  "https-on-http-port": "habló https; este puerto habla http",
  "certificate-not-trusted": "no confía en el certificado de este coordinador",
  "upgrade-stripped":
    "pidió un WebSocket, pero la petición llegó sin el cambio de protocolo: un proxy en el camino debe dejar pasar los campos Upgrade y Connection",
  "tls-failed": "TLS: {reason}",
  "too-large-without-token": "más de {bytes} bytes sin código",
  "no-token-in-time": "no mostró ningún código a tiempo",
  "watching-needs-token": "para mirar hace falta un código",
  "too-many-dashboards": "demasiados paneles, o demasiados desde una dirección",
  "dashboard-may-only-listen": "este panel solo puede mirar",
  "too-many-pings": "más de {count} pings por segundo que nadie pidió",
  "too-many-commands": "demasiadas órdenes",
  "class-needs-token": "para la clase hace falta un código",
  "class-is-full": "demasiadas páginas en la clase, o demasiadas desde una dirección",
  "too-many-answers": "demasiados mensajes para la clase",
  "class-message-wrong": "no es un mensaje de la clase, o no es para esta página",
  "cluster-unreachable": "los servidores NATS no responden",
  "cluster-value-wrong":
    "los servidores NATS guardan en {key} algo que no escribió ningún coordinador",
  "leads-without-cluster":
    "los servidores NATS no responden: este coordinador sigue al mando; hasta que vuelvan, ningún otro puede relevarlo",
  "cluster-is-back": "los servidores NATS vuelven a responder",
  "another-coordinator": "otro coordinador",
  "stepped-down": "cede el mando, porque ahora lo tiene {by}; este coordinador queda en reserva",
  "leads-now": "tiene ahora el mando, en el mandato {term}",
  "waits-for-cluster": "en reserva: los servidores NATS no responden, así que los espera",
  "stands-by": "en reserva: sigue al coordinador de {url}",
  "stands-by-ready": "en reserva: sigue al coordinador de {url} y guarda su última copia",
  "coordinator-replaced": "otro coordinador ha relevado a este",
  "run-over-elsewhere": "el entrenamiento ha terminado en el coordinador al que seguía",
  "leader-not-reached": "en reserva: no se puede llegar al coordinador de {url}: {reason}",
  "standby-page":
    "Este coordinador está en reserva. El entrenamiento está en {url}. Esta página se recarga sola.",
  "standby-page-alone":
    "Este coordinador está en reserva y todavía ninguno tiene el mando. Esta página se recarga sola.",
  "port-in-use":
    "el puerto {port} de {host} está en uso: cierra el otro programa o elige otro --port",
  "port-not-allowed":
    "este usuario no puede abrir el puerto {port} de {host}: elige un --port mayor que 1023",
  "host-not-here":
    "--host {host} no es una dirección de esta máquina: usa una de las suyas, o 0.0.0.0",
  "open-to-all":
    "no hace falta código: quien llegue a este puerto puede unirse, mirar y descargar los datos",
  "learn-at": "cómo aprenden las redes neuronales: {url} (Ctrl-C termina)",
  "listening-without-tls":
    "se escucha en {place} sin TLS: quien lea el tráfico de esta red puede leer los códigos y los datos, y unirse",
  "every-address": "todas las direcciones de esta máquina",
  "certificate-read-again": "se leyó de nuevo el certificado TLS",
  "certificate-kept": "el certificado TLS queda como estaba: {reason}",
  "tls-file-unreadable": "{flag} {path}: {reason}; indica un archivo PEM",
  "tls-no-certificate":
    "--tls-cert {path} no contiene ningún certificado; indica un archivo PEM que empiece por BEGIN CERTIFICATE",
  "tls-no-key":
    "--tls-key {path} no contiene ninguna clave privada sin contraseña; indica un archivo PEM",
  "tls-key-of-another":
    "--tls-key {key} no es la clave de --tls-cert {cert}; indica los dos archivos de un mismo certificado",
  "tls-not-valid-yet":
    "--tls-cert {path} solo vale desde el {date}; espera hasta entonces o revisa el reloj de esta máquina",
  "tls-not-usable":
    "--tls-cert {cert} y --tls-key {key} no se pueden usar ({reason}); indica archivos PEM completos, con una clave de al menos 2.048 bits (RSA) o 256 (ECDSA)",
  "tls-expired": "--tls-cert {path} caducó el {date}; haz uno nuevo",
  "page-missing": "falta la página {path}; constrúyela con npm run build",
});
