"""Runs one command and tells what it took: a program of its own, so small that it hides no child's memory.

`python -I -S launcher.py DESCRIPTOR LIMIT_SECONDS COMMAND...` lets the command write on its own stdout and stderr, and
writes one line of JSON on the descriptor: wall, cpu (seconds), peak_mb, tree_mb, code, late.
A process's peak memory counts what its parent had when it was forked; measured from a parent that has loaded a
database engine, every child would seem to need what the parent needs. peak_mb: of the command itself and whatever it
waited for. tree_mb: the peaks of the command and of all its descendants added up, for commands that start servers.
Needs Linux and the standard library only.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

EVERY_SECONDS = 0.05


def peaks_below(root: int, known: dict[int, int]) -> None:
    """Put the peak memory in kB of every living descendant of `root`, and of itself, into `known`."""
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        try:
            status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
            # A server is started by any thread of its parent, and belongs to that thread's list.
            for thread in Path(f"/proc/{pid}/task").iterdir():
                children += " " + (thread / "children").read_text("ascii")
        except (OSError, ValueError):  # it has ended while it was looked at
            continue
        waiting += set(map(int, children.split())) - {pid}
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                known[pid] = max(known.get(pid, 0), int(line.split()[1]))


def main() -> None:
    """Run the command, watch it, tell what it took."""
    report, limit, command = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    known: dict[int, int] = {}
    ended = threading.Event()
    late = stopped = False
    process: subprocess.Popen[bytes] | None = None

    def watch() -> None:
        nonlocal late
        while not ended.wait(EVERY_SECONDS):
            peaks_below(process.pid, known)  # type: ignore[union-attr]
            if time.perf_counter() - started > limit and not late:
                late = True
                stop()

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True
        try:
            if process is not None:
                os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    signal.signal(signal.SIGTERM, stop)
    started = time.perf_counter()
    process = subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL)
    if stopped:  # before there was anything to stop
        stop()
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        stop()
        raise
    wall = time.perf_counter() - started
    ended.set()
    watcher.join()
    stop()  # what it left behind would disturb the next command
    told = {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        "tree_mb": max(usage.ru_maxrss, sum(known.values())) / 1024,
        "code": os.waitstatus_to_exitcode(status),
        "late": late,
    }
    os.write(report, json.dumps(told).encode())


if __name__ == "__main__":
    main()
