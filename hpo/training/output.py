"""What a process prints: read as it comes, and kept within bounds."""

import os
import select
from threading import Lock, Thread
from typing import IO

FIRST_BYTES = 16_000
LAST_BYTES = 48_000
WORDS_BYTES = 4000
CHUNK_BYTES = 1 << 16


class Output:
    """What a process prints in the course of one piece of work: of much the beginning and the end. Reads
    a pipe in a thread of its own: whoever prints into it fills no disk, and is not held up by what
    this process waits for."""

    def __init__(self, pipe: IO[bytes]) -> None:
        """Of an unbuffered pipe."""
        self._pipe = pipe
        self._lock = Lock()
        self._has_ended = False
        self._forget()
        os.set_blocking(pipe.fileno(), False)
        Thread(target=self._listen, daemon=True).start()

    def _forget(self) -> None:
        self._first, self._last = bytearray(), bytearray()
        self._size = self._told = 0

    def begin(self) -> None:
        """Another piece of work begins: what was printed until now is none of it."""
        self._read()
        with self._lock:
            self._forget()

    def news(self) -> str | None:
        """All that was printed until now, its middle left out where it is long; None where nothing has
        come since this was asked last."""
        self._read()
        with self._lock:
            if self._size == self._told:
                return None
            self._told = self._size
            if not (left_out := self._size - len(self._first) - min(len(self._last), LAST_BYTES)):
                return _decode(self._first + self._last)
            last = _decode(self._last[-LAST_BYTES:])
            return f"{_decode(self._first)}\n[... {left_out:,} bytes left out ...]\n{last}"

    def last_words(self) -> str:
        """What was printed last; of a process that has ended, to the last word."""
        self._read()
        with self._lock:
            return _decode((self._first + self._last)[-WORDS_BYTES:]).strip()

    def _listen(self) -> None:
        waiting = select.poll()
        waiting.register(self._pipe, select.POLLIN)
        with self._pipe:
            while not self._has_ended:
                waiting.poll()
                self._read()

    def _read(self) -> None:
        """Takes what waits in the pipe: all that was printed until now, as a pipe holds no more than a
        chunk."""
        with self._lock:
            chunk = None if self._has_ended else self._pipe.read(CHUNK_BYTES)
            if chunk is None:
                return
            self._has_ended = not chunk
            self._size += len(chunk)
            room = FIRST_BYTES - len(self._first)
            self._first += chunk[:room]
            self._last += chunk[room:]
            if len(self._last) > 2 * LAST_BYTES:  # now and then: to cut it each time takes longer
                del self._last[:-LAST_BYTES]


def _decode(printed: bytes | bytearray) -> str:
    return printed.decode(errors="replace")
