"""What is measured: Carafe, two bare apps and nginx, each started, watched and stopped here."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60  # seconds until a server must answer
WORKERS, THREADS = "2", "2"

NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 2;
events {{ worker_connections 256; }}
http {{
  access_log off; default_type text/html;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


def prepare(folder: Path, size: int) -> dict[str, str]:
    """A site with so many posts in the folder, made or topped up; the environment that names it."""
    environment = {**os.environ, "INSTANCE_PATH": str(folder), "LOG_LEVEL": "WARNING"}
    environment |= {"WORKERS": WORKERS, "THREADS": THREADS}
    for name in ("DATABASE_URL", "SITE_URL"):
        environment.pop(name, None)
    for words in (["migrate", "--quiet"], ["seed", "--if-empty"], ["seed", "--size", str(size)]):
        _manage(words, environment)
    return environment


@contextmanager
def carafe(environment: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """A running Carafe: its address and its process."""
    port = free_port()
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    with _running(command, environment, f"http://127.0.0.1:{port}/healthz") as process:
        yield f"http://127.0.0.1:{port}", process


@contextmanager
def flask(app: str, given: Mapping[str, str], path: str) -> Iterator[str]:
    """Another Flask app behind the same server, with as many processes and threads; its address."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--no-ws"]
    command += ["--port", str(port), "--workers", WORKERS, "--blocking-threads", THREADS]
    command += ["--workers-kill-timeout", "3", "--log-level", "warning", app]
    environment = {**os.environ, **given}
    with _running(command, environment, f"http://127.0.0.1:{port}{path}"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def nginx(folder: Path, answers: Mapping[str, tuple[str, str]]) -> Iterator[str | None]:
    """nginx with the same bytes as files, or None where it is not installed."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        yield None
        return
    files = folder / "files"
    files.mkdir(parents=True, exist_ok=True)
    # The processes that serve may run as another account.
    for place in (folder, files):
        place.chmod(0o755)
    for name, (_kind, text) in answers.items():
        (files / name).write_text(text, "utf-8")
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, port=port), "utf-8")
    command = [program, "-c", str(configuration), "-p", str(folder)]
    with _running(command, os.environ, f"http://127.0.0.1:{port}/home"):
        yield f"http://127.0.0.1:{port}"


def cold_start(environment: Mapping[str, str]) -> float:
    """Seconds from the command to the first home page."""
    port = free_port()
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    begun = time.perf_counter()
    with _running(command, environment, f"http://127.0.0.1:{port}/"):
        return time.perf_counter() - begun


def memory(process: int) -> int:
    """MiB of a process and all below it, shared pages counted once."""
    total = 0
    for number in _tree(process):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total // 1024


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def fetch(url: str) -> tuple[str, str]:
    """The type and the text of an answer; raises when it is none."""
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        kind: str = answer.headers.get_content_type()
        return kind, answer.read().decode("utf-8")


def _manage(words: list[str], environment: Mapping[str, str]) -> None:
    command = [sys.executable, "manage.py", *words]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], url: str) -> Iterator[int]:
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait(url, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fetch(url)
            return
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{url} answered {error.code}") from error
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{process.args} did not come up") from None
            time.sleep(0.01)


def _tree(process: int) -> list[int]:
    found = [process]
    with contextlib.suppress(OSError):
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            for child in children.read_text().split():
                found += _tree(int(child))
    return found
