/** @file A worker: what it does, what it waits for, and why it stops. */

export const worker = {
  connecting: "connecting to the coordinator",
  joined: "joined, waiting for a run",
  "getting-dataset": "getting the dataset {dataset}",
  "getting-dataset-so-far": "getting the dataset {dataset}: {megabytes} MB",
  "preparing-dataset": "preparing the dataset and measuring this machine",
  "ready-for-work": "ready for work",
  computing: "computing",
  "run-over": "the run is over: {reason}",
  "trying-again": "{reason}; trying again",
  "refused-because": "{refusal} ({reason})",
  "paused-by-user": "paused by its user",
  "tab-slowed": "its tab is hidden and slowed down by the browser",
  "relay-listening": "this relay passes on work; its workers join at {url}",
  "stopped-by-user": "stopped by its user",
  "starting-again": "starting again with other settings",
  "coordinator-process-ended": "the coordinator's process ended",
  "token-refused":
    "the join token is missing or wrong: open the join URL that the coordinator shows now",
  "origin-refused":
    "the coordinator does not accept workers from this address: open its own join URL",
  "version-refused":
    "coordinator and worker have different versions: reload the page, or use the same version",
  "kernel-refused":
    "this machine computes different bits from the coordinator, or has another version: it can't take part",
  "session-replaced": "this worker connected a second time: only the newer connection continues",
  "result-was-wrong":
    "a result of this worker was wrong when it was computed again: it can't take part",
  "results-were-invalid": "too many results of this worker were invalid: it can't take part",
  "coordinator-full": "the coordinator has no room for more workers",
  "coordinator-ended": "the coordinator ended",
  "coordinator-unreachable": "the coordinator can't be reached",
  "coordinator-does-not-answer": "the coordinator does not answer",
  "coordinator-silent": "nothing from the coordinator for {seconds} s",
  "connection-refused": "nothing listens at this address and port",
  "host-not-found": "this name has no address",
  "host-not-reached":
    "this address does not answer: is it in the same network, and does a firewall let it through?",
  "connection-reset": "the other side cut the connection",
  "speaks-http": "this port speaks http, not https: use http://",
  "speaks-https": "this port speaks https, not http: use https://",
  "certificate-unknown":
    "its certificate is not signed by anybody that this machine trusts[terminal]; name a PEM file with the signer's certificate in NODE_EXTRA_CA_CERTS",
  "certificate-expired":
    "its certificate has expired: renew it there, or check the clock of this machine",
  "certificate-not-yet-valid":
    "its certificate is not valid yet: check the clocks of both machines",
  "certificate-of-another": "its certificate is not for {host}, but for {names}: use such a name",
  "proxy-wants-login": "a proxy on the way asks for a login ({status}): connect without that proxy",
  "proxy-variable-wrong":
    "{name} is not the address of a proxy: write http://host:port or http://user:password@host:port",
  "proxy-failed": "the proxy {proxy}: {reason}",
  "proxy-silent": "the proxy {proxy} does not answer for {seconds} s",
  "proxy-login-wrong":
    "the proxy {proxy} requires a login, or a different one ({status})[terminal]: write http://user:password@host:port into HTTP_PROXY and HTTPS_PROXY",
  "proxy-refused":
    "the proxy {proxy} does not connect to {target} ({status})[terminal]; name hosts that need no proxy in NO_PROXY",
  redirected: "it redirects to {url}",
  "no-coordinator-here": "there is no coordinator at this address ({status})",
  "proxy-without-coordinator":
    "a proxy on the way does not reach the coordinator ({status}): is it running?",
  "socket-not-passed":
    "the coordinator answers, but no WebSocket comes through: a proxy on the way must pass upgrades (the header fields Upgrade and Connection)",
  "upgrade-not-passed":
    "the answer is {status} and no WebSocket: a proxy on the way must pass upgrades (the header fields Upgrade and Connection)",
  "connection-failed": "no connection: {reason}",
  "socket-closed": "the socket was closed ({status})",
  "socket-closed-because": "the socket was closed ({status}: {reason})",
  "larger-model-comes": "reconnecting, because the next model is larger",
  "kernel-memory":
    "it needs {gigabytes} GB of memory in one piece, and WebAssembly has at most {most} GB",
  "machine-memory": "it needs {gigabytes} GB of memory, and this machine has not that much left",
  "cannot-load-run": "can't load the run: {reason}",
  "dataset-address": "{path} is not a dataset's path",
  "dataset-answer": "the dataset's address answered {status}",
  "dataset-without-body": "the dataset's address answered without a body",
  "dataset-too-large": "the dataset is larger than {bytes} bytes",
  "dataset-not-received": "the dataset was not received: {reason}",
  "dataset-stalled": "the dataset's download stalled for {seconds} s",
  "threads-differ": "two threads of this machine compute different bits",
  "thread-crashed": "a compute thread crashed: {reason}",
  "thread-ended": "a compute thread ended with code {code}",
  "thread-not-started": "it could not be started",
  "no-shared-memory": "no memory is left to share between threads",
  "another-run-came": "another run started",
  "worker-is-ending": "the worker is ending",
  "embed-not-allowed":
    "this page cannot get {url} ({reason}): the coordinator must be there and admit this site, with --allow-origin {origin}",
  "join-url-wrong":
    "{url} is not a join URL; copy it from the coordinator: http://host:port/join#token=…",
  "join-url-token-wrong":
    "{url} is not a join URL; its part after # must be token=… as the coordinator printed it",
} as const;
