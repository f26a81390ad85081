"""Hand-ins that call out. Each has one answer that is right if, and only if, somebody was reached."""

from __future__ import annotations

from dataclasses import replace

from autograder.hostile.looks_around import hunter
from autograder.hostile.record import Hostile, Kind

_TRY = """
import http.client, socket, subprocess, urllib.request
socket.setdefaulttimeout(1)
for call in (CALLS):
    try:
        found.append(call())
    except Exception:
        pass
"""

_HTTP = """
    lambda: urllib.request.urlopen("http://example.org", timeout=1).read(),
    lambda: urllib.request.urlopen("https://pypi.org", timeout=1).read(),
    lambda: http.client.HTTPConnection("1.1.1.1", timeout=1).request("GET", "/"),
"""

_DNS = """
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: socket.gethostbyname("answers.example.org"),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"answers", ("8.8.8.8", 53)),
    lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b"answers", ("::1", 53)),
"""

_LOCALHOST = """
    *(lambda port=port: socket.create_connection(("127.0.0.1", port), 1) for port in (22, 80, 443, 5432, 8000, 8888)),
    lambda: socket.create_server(("0.0.0.0", 8080)),
    lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM),
"""

_UNIX_SOCKETS = """
    *(lambda path=path: socket.socket(socket.AF_UNIX).connect(path) for path in
      ("/var/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/private", "/tmp/.X11-unix/X0",
       "\\\\0/tmp/.X11-unix/X0", "/run/user/1000/bus", "/var/run/postgresql/.s.PGSQL.5432")),
"""

_PROGRAMS = """
    *(lambda words=words: subprocess.run(words, check=True, timeout=5, capture_output=True) for words in
      (["curl", "-sfm1", "http://example.org"], ["wget", "-qT1", "-O-", "http://example.org"],
       ["ping", "-c1", "-W1", "127.0.0.1"], ["bash", "-c", "echo answers >/dev/tcp/127.0.0.1/22"],
       ["getent", "hosts", "example.org"])),
"""


def _caller(name: str, tries: str, calls: str, *, in_brief: bool = False) -> Hostile:
    made = hunter(name, tries, _TRY.replace("CALLS", calls), in_brief=in_brief)
    return replace(made, kind=Kind.CALLS_OUT)


HAND_INS = (
    _caller("calls-the-web", "asks web servers", _HTTP, in_brief=True),
    _caller("asks-for-names", "asks the name service, and sends datagrams", _DNS),
    _caller("calls-this-machine", "calls servers on this very machine, and opens one", _LOCALHOST, in_brief=True),
    _caller("calls-unix-sockets", "calls services at unix sockets", _UNIX_SOCKETS),
    _caller("calls-by-other-programs", "has curl, ping and bash call out", _PROGRAMS),
)
