#!/usr/bin/env python3
"""Exchanges two names again and again until it is killed: swap.py A B"""
import ctypes
import itertools
import os
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
AT_FDCWD, RENAME_EXCHANGE = -100, 2
for turn in itertools.count():
    libc.renameat2(AT_FDCWD, os.fsencode(sys.argv[1]), AT_FDCWD, os.fsencode(sys.argv[2]), RENAME_EXCHANGE)
    # Odd intervals: every step gets its turn.
    time.sleep((1 + turn * 37 % 400) / 1e6)
