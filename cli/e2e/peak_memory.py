#!/usr/bin/env python3
"""Runs COMMAND… and writes its peak resident memory in KiB: peak_memory.py FILE COMMAND…"""
import os
import subprocess
import sys

with subprocess.Popen(sys.argv[2:]) as process:
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
with open(sys.argv[1], "w", encoding="ascii") as file:
    file.write(f"{usage.ru_maxrss}\n")
sys.exit(process.returncode)
