"""A mail server on the loopback that keeps what it takes and misbehaves when told to."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Mailbox:
    """What came, and how to answer: `answers` maps a command word (MAIL, RCPT, DATA, END) to a line;
    `break_after_data` closes the connection when the letter has been taken, before saying so."""

    letters: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    recipients_refused: dict[str, str] = field(default_factory=dict)
    break_after_data: int = 0
    connections: int = 0
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]


class _Session(socketserver.StreamRequestHandler):
    timeout = 10

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        box: Mailbox = self.server.box  # type: ignore[attr-defined]
        with box.lock:
            box.connections += 1
        try:
            self.say("220 stub")
            while line := self.rfile.readline():
                if not self.answer(box, line.decode("latin-1").strip()):
                    return
        except OSError:
            return

    def answer(self, box: Mailbox, line: str) -> bool:
        word = line[:4].upper()
        if word == "QUIT":
            self.say("221 bye")
            return False
        said = box.answers.get(word)
        if word == "RCPT":
            address = re.search(r"<(.*)>", line)
            said = box.recipients_refused.get(address[1] if address else "", said)
        if said:
            self.say(said)
            return not said.startswith("421")
        if word == "DATA":
            self.say("354 go on")
            return self.take(box)
        self.say("250 ok")
        return True

    def take(self, box: Mailbox) -> bool:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if line == b"":
            return False
        if said := box.answers.get("END"):
            self.say(said)
            return not said.startswith("421")
        letter = message_from_bytes(b"".join(lines), policy=policy.default)
        with box.lock:
            box.letters.append(letter)  # type: ignore[arg-type]
            box.break_after_data -= 1
            broken = box.break_after_data >= 0
        if broken:
            return False
        self.say("250 taken")
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def smtp_stub() -> Iterator[Mailbox]:
    """Serve on a free port of the loopback until the block ends."""
    box = Mailbox()
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.box = box  # type: ignore[attr-defined]
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()
