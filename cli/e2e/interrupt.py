#!/usr/bin/env python3
"""Ends a command that is in the middle: interrupt.py [--after MIB] [--signal NAME] FILE COMMAND…; its exit code goes to FILE.

The middle: the process has read or written 24 MiB of files, whatever the speed of the machine. SIGINT is sent.
"""
import argparse
import signal
import subprocess

parser = argparse.ArgumentParser()
parser.add_argument("--after", type=int, default=24)
parser.add_argument("--signal", default="SIGINT")
parser.add_argument("file")
parser.add_argument("command", nargs=argparse.REMAINDER)
wanted = parser.parse_args()

child = subprocess.Popen(wanted.command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
moved = 0
while child.poll() is None and moved < wanted.after << 20:
    with open(f"/proc/{child.pid}/io") as counters:
        moved = sum(int(line.split()[1]) for line in counters if line.startswith(("rchar", "wchar")))
child.send_signal(getattr(signal, wanted.signal))
try:
    code = child.wait(30)
except subprocess.TimeoutExpired:
    child.kill()
    code = "still running after 30 s"
with open(wanted.file, "w") as out:
    out.write(f"{code}\n")
