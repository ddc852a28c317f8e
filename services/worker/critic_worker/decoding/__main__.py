"""A decoder: `python -m critic_worker.decoding PARENT_PID MEMORY_MIB CPU_SECONDS SEARCH_FACES`.

The last is 0 or 1. Requests on stdin, replies on stdout.
"""

import os
import sys
from typing import BinaryIO

from critic_core.contracts.errors import PhotoError
from critic_core.imaging.limits import Limits
from critic_core.runtime.allocator import retain_freed_memory
from critic_worker.decoding.confinement import confine, limit_cpu
from critic_worker.decoding.face_networks import load_face_networks
from critic_worker.decoding.messages import LENGTH, Reply, Request, encode
from critic_worker.decoding.preparation import prepare_photo


def main() -> None:
    """Answer requests until the end of stdin, or of memory: then a fresh process must show whose fault it was."""
    parent, memory_mib, cpu_seconds, search_faces = map(int, sys.argv[1:])
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # no library's message may end up among the replies
    retain_freed_memory()
    confine(parent, memory_mib)
    if search_faces:
        load_face_networks()
    _write(replies, encode(Reply()))  # started
    while head := sys.stdin.buffer.read(LENGTH.size):
        request = Request.model_validate_json(sys.stdin.buffer.read(*LENGTH.unpack(head)))
        limit_cpu(cpu_seconds)
        _reply(replies, request, sys.stdin.buffer.read(request.data_bytes), bool(search_faces))


def _reply(replies: BinaryIO, request: Request, data: bytes, search_faces: bool) -> None:
    limits = Limits(request.max_bytes, request.max_pixels)
    try:
        photo = prepare_photo(data, request.preprocessing, limits, search_faces)
    except PhotoError as error:
        if isinstance(error.__cause__, MemoryError):
            raise
        _write(replies, encode(Reply(code=error.code, detail=error.detail[:1000])))
        return
    tensor = photo.tensor.tobytes()
    reply = Reply(analysis=photo.analysis, tensor_bytes=len(tensor), preview_bytes=len(photo.preview))
    _write(replies, encode(reply) + tensor + photo.preview)


def _write(replies: BinaryIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[replies.write(left) :]


if __name__ == "__main__":
    main()
