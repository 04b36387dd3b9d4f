/** @file Connections: who may connect, what they may ask for, and how this machine listens. */

export const network = {
  "more-refused": "and {count} more {count = 1 ? peer was : peers were} refused",
  "more-came-and-went": "workers joined or left {count} more {count = 1 ? time : times}",
  "too-many-connections": "too many connections",
  "too-many-requests": "more than {count} requests on one connection",
  "too-many-unanswered": "more than {count} requests without an answer",
  "upgrade-behind-request": "an upgrade while an earlier request was still unanswered",
  "answer-not-read": "the peer read nothing of its answer for {seconds} s",
  "too-many-fields": "more than {count} header fields",
  "host-unknown":
    "the Host field names another machine: use an address[terminal], or allow the name with --allow-origin",
  "origin-unknown":
    "a page of another origin: open the join URL[terminal], or allow the origin with --allow-origin",
  "request-with-body": "a request with a body",
  "token-missing": "no token, or a wrong one",
  "too-many-downloads": "too many downloads at once",
  "http-malformed": "HTTP {status}",
  "no-websocket-here": "no WebSocket at this path",
  "too-many-strangers": "too many sockets without a token",
  "handshake-failed": "WebSocket: {reason}",
  "http-on-https-port": "it spoke http; this port speaks https",
  "https-on-http-port": "it spoke https; this port speaks http",
  "certificate-not-trusted": "it does not trust the certificate of this coordinator",
  "upgrade-stripped":
    "its request for a WebSocket arrived without its upgrade: a proxy on the way must pass the header fields Upgrade and Connection",
  "tls-failed": "TLS: {reason}",
  "too-large-without-token": "more than {bytes} bytes without a token",
  "no-token-in-time": "no token in time",
  "watching-needs-token": "watching needs a token",
  "too-many-dashboards": "too many dashboards, or too many from one address",
  "dashboard-may-only-listen": "this dashboard may only watch",
  "too-many-pings": "more than {count} unrequested pings per second",
  "too-many-commands": "too many commands",
  "class-needs-token": "a lesson needs a token",
  "class-is-full": "too many pages in the lesson, or too many from one address",
  "too-many-answers": "too many messages to the lesson",
  "class-message-wrong": "no message of a lesson, or not one for this page",
  "cluster-unreachable": "the NATS servers do not answer",
  "cluster-value-wrong": "the NATS servers hold something under {key} that no coordinator wrote",
  "leads-without-cluster":
    "the NATS servers do not answer: this coordinator continues to lead; no standby can take over until they are back",
  "cluster-is-back": "the NATS servers answer again",
  "another-coordinator": "another coordinator",
  "stepped-down": "stepped down, because {by} leads now; this coordinator is a standby",
  "leads-now": "leads now, in term {term}",
  "waits-for-cluster": "standby: the NATS servers do not answer, so it waits for them",
  "stands-by": "standby: follows the coordinator at {url}",
  "stands-by-ready": "standby: follows the coordinator at {url}, and keeps its newest checkpoint",
  "coordinator-replaced": "another coordinator has replaced this one",
  "run-over-elsewhere": "the run is over at the coordinator that it followed",
  "leader-not-reached": "standby: cannot reach the coordinator at {url}: {reason}",
  "standby-page":
    "This coordinator is a standby. The run is at {url}. This page reloads by itself.",
  "standby-page-alone":
    "This coordinator is a standby, and no coordinator leads yet. This page reloads by itself.",
  "port-in-use": "port {port} on {host} is in use: stop the other program or choose another --port",
  "port-not-allowed":
    "port {port} on {host} may not be opened by this user: choose a --port above 1023",
  "host-not-here":
    "--host {host} is not an address of this machine: use one of its own, or 0.0.0.0",
  "open-to-all":
    "no token is needed: everyone who reaches this port may join, watch and download the dataset",
  "learn-at": "how neural networks learn: {url} (Ctrl-C ends it)",
  "listening-without-tls":
    "listening on {place} without TLS: whoever can read this network's traffic can read the tokens and the data, and join[terminal]; give --tls-cert and --tls-key, or --host 127.0.0.1 for this machine alone",
  "every-address": "every address of this machine",
  "certificate-read-again": "the TLS certificate was read again",
  "certificate-kept": "the TLS certificate stays as it was: {reason}",
  "tls-file-unreadable": "{flag} {path}: {reason}; give a PEM file",
  "tls-no-certificate":
    "--tls-cert {path} holds no certificate; give a PEM file that begins with BEGIN CERTIFICATE",
  "tls-no-key": "--tls-key {path} holds no private key without a passphrase; give a PEM file",
  "tls-key-of-another":
    "--tls-key {key} is not the key of --tls-cert {cert}; give the two files of one certificate",
  "tls-not-valid-yet":
    "--tls-cert {path} is valid from {date} only; wait until then, or check this machine's clock",
  "tls-not-usable":
    "--tls-cert {cert} and --tls-key {key} cannot be used ({reason}); give whole PEM files, with a key of at least 2,048 bits (RSA) or 256 (ECDSA)",
  "tls-expired": "--tls-cert {path} expired on {date}; make a new one",
  "page-missing": "the page {path} is missing; build it with npm run build",
} as const;
