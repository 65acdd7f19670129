"""What goes between the debugger and the program's processes: plain values and numbers, no objects.

A message is a length and a msgpack map. An array travels in it as type, shape and bytes; a large
one lies in shared memory, whose file descriptor comes along. Whoever reads checks every size.
"""

import math
import mmap
import os
import socket
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

Message = dict[str, Any]

LARGEST = 256 * 2**20
"""Bytes of a message; what is larger was not written by this code."""

INLINE = 2**18
"""Up to so many bytes, copying an array into the message is quicker than sharing memory."""

KINDS = "biuf"
"""Kinds of arrays that are read: truth values, whole numbers and floating point."""


class WireError(Exception):
    """The other side is gone, or says what can't be meant."""


class Channel:
    """One end of a conversation over a socket of its own."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection

    def send(self, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Send a message, and open files along with it. Raises WireError."""
        content = msgspec.msgpack.encode(message)
        try:
            head = len(content).to_bytes(8, "little")
            if descriptors:
                socket.send_fds(self.socket, [head], list(descriptors))
            else:
                self.socket.sendall(head)
            self.socket.sendall(content)
        except OSError as error:
            raise WireError(f"the program's process is gone: {error.strerror}") from error

    def receive(self) -> tuple[Message, list[int]]:
        """The next message, and the files that came along. Raises WireError."""
        try:
            head, descriptors = self._begun()
            head += self._exactly(8 - len(head)) if head else b""
            length = int.from_bytes(head, "little")
            if not head or length > LARGEST:
                raise WireError("the program's process has ended" if not head else "too long")
            message = msgspec.msgpack.decode(self._exactly(length))
        except (OSError, msgspec.DecodeError) as error:
            raise WireError(f"the program's process is gone: {error}") from error
        if not isinstance(message, dict):
            raise WireError("expected a map")
        return message, descriptors

    def _begun(self) -> tuple[bytes, list[int]]:
        """The first bytes of a message, and files, where this system passes such on."""
        if not hasattr(socket, "recv_fds"):
            return self.socket.recv(8), []
        head, descriptors, _, _ = socket.recv_fds(self.socket, 8, 4)
        return head, descriptors

    def _exactly(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            part = self.socket.recv(min(count - len(parts), 2**20))
            if not part:
                raise WireError("the program's process has ended")
            parts += part
        return bytes(parts)

    def close(self) -> None:
        """End the conversation."""
        self.socket.close()


def packed(array: npt.NDArray[Any]) -> Message:
    """An array as plain values."""
    whole = np.ascontiguousarray(array)
    return {"type": whole.dtype.str, "shape": list(whole.shape), "bytes": whole.tobytes()}


def shared(array: npt.NDArray[Any]) -> tuple[Message, int]:
    """An array in shared memory: what describes it, and the descriptor of its memory."""
    descriptor = os.memfd_create("nnviz", os.MFD_CLOEXEC)
    os.ftruncate(descriptor, max(1, array.nbytes))
    with mmap.mmap(descriptor, max(1, array.nbytes)) as memory:
        view = np.frombuffer(memory, array.dtype, array.size).reshape(array.shape)
        view[...] = array
        del view
    return {"type": array.dtype.str, "shape": list(array.shape)}, descriptor


def unpacked(message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> npt.NDArray[Any]:
    """The array that `packed` or `shared` described. Raises WireError where the sizes disagree."""
    try:
        dtype, shape = np.dtype(message["type"]), tuple(int(n) for n in message["shape"])
    except (KeyError, TypeError, ValueError) as error:
        raise WireError(f"no array: {error}") from error
    size = math.prod(shape) * dtype.itemsize
    if dtype.kind not in KINDS or any(n < 0 for n in shape):
        raise WireError(f"no array that is read here: {dtype}, {shape}")
    if "bytes" in message:
        if len(message["bytes"]) != size:
            raise WireError(f"an array of {size} bytes came with {len(message['bytes'])}")
        return np.frombuffer(message["bytes"], dtype).reshape(shape)
    if not descriptors or os.fstat(descriptors[0]).st_size != max(1, size):
        raise WireError(f"an array of {size} bytes came with other memory")
    memory = mmap.mmap(descriptors[0], max(1, size), prot=mmap.PROT_READ)
    return np.frombuffer(memory, dtype, math.prod(shape)).reshape(shape)
