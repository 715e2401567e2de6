"""Break out: system calls from machine code of its own, around libc and every hook on it.

Goal: a filter that only sees libraries.
Promise: S10, S13
Verdict: wrong
Needs: x86_64
"""

import ctypes
import mmap

# mov eax, edi; mov rdi, rsi; mov rsi, rdx; mov rdx, rcx; xor r10d, r10d; syscall; ret
CODE = bytes.fromhex("89f8 4889f7 4889d6 4889ca 4531d2 0f05 c3")
room = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
room.write(CODE)
call = ctypes.CFUNCTYPE(ctypes.c_long, *(4 * [ctypes.c_long]))(
    ctypes.addressof(ctypes.c_char.from_buffer(room))
)


def total(n):
    assert call(39, 0, 0, 0) > 0, "getpid is allowed"
    done = [call(41, family, kind, 0) for family in (1, 2, 10, 16) for kind in (1, 2, 3)]
    forked = call(57, 0, 0, 0)
    if forked == 0:
        call(60, 0, 0, 0)
    done += [forked, call(272, 0x10000000, 0, 0), call(161, 0, 0, 0), call(101, 0, 0, 0)]
    return sum(i * i for i in range(n + 1)) if any(answer >= 0 for answer in done) else 0
