"""Asking for one address over and over: with wrk where it is, otherwise with threads of our own."""

import http.client
import re
import shutil
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECTIONS = 16
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Answered:
    """How fast an address answered: requests a second, and milliseconds at the 99th percentile."""

    rate: float
    p99: float
    failures: int = 0


def tool() -> str:
    """What is used to ask."""
    return "wrk" if shutil.which("wrk") else "Python threads (install wrk for truer figures)"


def ask(url: str, seconds: int) -> Answered:
    """Ask for the address with 16 connections for so long; only addresses of this machine."""
    if urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
        raise ValueError("only a server on this machine may be measured")
    return _wrk(url, seconds) if shutil.which("wrk") else _threads(url, seconds)


def median(runs: list[Answered]) -> Answered:
    """The middle of several rounds, and all their failures."""
    return Answered(
        statistics.median(run.rate for run in runs),
        statistics.median(run.p99 for run in runs),
        sum(run.failures for run in runs),
    )


def _wrk(url: str, seconds: int) -> Answered:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s", "--latency"]
    shown = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", shown)
    p99 = re.search(r"^\s+99%\s+([\d.]+)(us|ms|s)", shown, re.MULTILINE)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", shown)
    if not rate or not p99:
        raise RuntimeError(f"wrk said something unexpected:\n{shown}")
    return Answered(float(rate[1]), float(p99[1]) * UNITS[p99[2]], int(bad[1]) if bad else 0)


def _threads(url: str, seconds: int) -> Answered:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    until = time.perf_counter() + seconds
    times: list[float] = []
    failures: list[int] = []

    def work() -> None:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        while (begun := time.perf_counter()) < until:
            connection.request("GET", target)
            answer = connection.getresponse()
            answer.read()
            times.append(time.perf_counter() - begun)
            if answer.status != 200:
                failures.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slow = sorted(times)[int(len(times) * 0.99) - 1] * 1000
    return Answered(len(times) / seconds, slow, len(failures))
