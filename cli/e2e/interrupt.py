#!/usr/bin/env python3
"""Sends SIGINT to a command that is in the middle: interrupt.py FILE COMMAND…; its exit code goes to FILE.

The middle: the process has read or written 24 MiB, whatever the speed of the machine.
"""
import signal
import subprocess
import sys

child = subprocess.Popen(sys.argv[2:], preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
moved = 0
while child.poll() is None and moved < 24 << 20:
    with open(f"/proc/{child.pid}/io") as counters:
        moved = sum(int(line.split()[1]) for line in counters if line.startswith(("rchar", "wchar")))
child.send_signal(signal.SIGINT)
try:
    code = child.wait(30)
except subprocess.TimeoutExpired:
    child.kill()
    code = "still running after 30 s"
with open(sys.argv[1], "w") as out:
    out.write(f"{code}\n")
