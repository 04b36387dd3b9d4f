"""Runs a command on a pseudo-terminal of its own, for tests: python3 run-on-terminal.py READ COMMAND…

READ is 1, or 0 for a terminal that nobody reads from the start. What the terminal shows goes to standard output. Lines on standard input tell the terminal what to do:

    read 0      stop reading, as a stalled terminal does; `read 1` reads again
    type "…"    type these keys, a JSON string
    hangup      close the terminal, as a closed window does

Standard error gets `pid N` at the start and `exit N` at the end; N is negative for a signal."""

import fcntl, json, os, pty, select, signal, struct, subprocess, sys, termios

master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))


def take_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


child = subprocess.Popen(
    sys.argv[2:], stdin=slave, stdout=slave, stderr=slave, preexec_fn=take_terminal
)
os.close(slave)
print("pid", child.pid, file=sys.stderr, flush=True)

# Wakes the loop when the child ends.
wake, woken = os.pipe()
os.set_blocking(woken, False)
signal.set_wakeup_fd(woken)
signal.signal(signal.SIGCHLD, lambda *_: None)

is_reading, is_open, orders = sys.argv[1] == "1", True, b""
while child.poll() is None:
    sources = [wake] + ([0] if orders is not None else [])
    if is_reading and is_open:
        sources.append(master)
    ready = select.select(sources, [], [], 1)[0]
    if wake in ready:
        os.read(wake, 512)
    if master in ready:
        try:
            os.write(1, os.read(master, 65536))
        except OSError:
            is_open = False
    if 0 in ready:
        chunk = os.read(0, 65536)
        orders += chunk
        if chunk == b"":
            # The test is gone, so the terminal goes as well.
            os.close(master)
            is_open, orders = False, None
            child.kill()
            continue
        while b"\n" in orders:
            line, orders = orders.split(b"\n", 1)
            order, _, rest = line.decode().partition(" ")
            if order == "read":
                is_reading = rest == "1"
            elif order == "type":
                os.write(master, json.loads(rest).encode())
            elif order == "hangup" and is_open:
                os.close(master)
                is_open = False

# What was written last, but nothing that a stalled terminal keeps.
while is_reading and is_open and select.select([master], [], [], 0)[0]:
    try:
        os.write(1, os.read(master, 65536))
    except OSError:
        break
print("exit", child.returncode, file=sys.stderr, flush=True)
