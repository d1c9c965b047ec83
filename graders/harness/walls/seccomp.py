"""A system-call filter for a worker: what no lab needs and an attack on the machine does is refused.

Child side, Linux on x86-64 and ARM64, standard library only. The numbers are those of the kernel's tables of system
calls; the program is classic BPF over struct seccomp_data, as seccomp(2) describes it.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

# Each as (x86-64, ARM64).
REFUSED = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "syslog": (103, 116),
    "quotactl": (179, 60),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    # What these make outlives all processes; shared memory under /dev/shm, which torch uses, is a file with an owner.
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    # A worker of root's is counted under a user of its own; these would take it back.
    "setuid": (105, 146),
    "setgid": (106, 144),
    "setreuid": (113, 145),
    "setregid": (114, 143),
    "setresuid": (117, 147),
    "setresgid": (119, 149),
    "setfsuid": (122, 151),
    "setfsgid": (123, 152),
    "setgroups": (116, 159),
    "capset": (126, 91),
}
KILLS = {  # their first argument is a process, which must not be the judge or the keeper
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "prlimit64": (302, 261),
}
CLONE, CLONE3 = (56, 220), 435
NEW_NAMESPACES = 0x7E020000  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH_*
X32 = 0x40000000  # system calls of another ABI on x86-64, under numbers of their own

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, …, BPF_RET
NUMBER_AT, ARCH_AT, FIRST_ARGUMENT_AT = 0, 4, 16  # offsets in seccomp_data; little-endian, so the low word is first
ALLOW, ERRNO = 0x7FFF0000, 0x00050000  # SECCOMP_RET_*
PR_SET_SECCOMP, MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38


def available() -> bool:
    """Tell whether there is a filter for this machine."""
    return platform.machine() in MACHINES


def program(machine: str, untouchable: tuple[int, ...]) -> bytes:
    """Return the filter's instructions; no signal may reach the `untouchable` processes, or groups where negative."""
    column, arch = MACHINES[machine]
    refuse = _instruction(RETURN, ERRNO | errno.EPERM)
    lines = [
        _instruction(LOAD, ARCH_AT),
        _instruction(EQUAL, arch, 1, 0),
        refuse,
        _instruction(LOAD, NUMBER_AT),
        _instruction(AT_LEAST, X32, 0, 1),
        refuse,
        _instruction(EQUAL, CLONE3, 0, 1),
        _instruction(RETURN, ERRNO | errno.ENOSYS),  # its flags lie in memory; the C library falls back to clone
    ]
    for numbers in REFUSED.values():
        lines += [_instruction(EQUAL, numbers[column], 0, 1), refuse]
    lines += _guarded(CLONE[column], [_instruction(ANY_BIT, NEW_NAMESPACES, 0, 1), refuse])
    guards = [line for pid in untouchable for line in (_instruction(EQUAL, pid & 0xFFFFFFFF, 0, 1), refuse)]
    for numbers in KILLS.values():
        lines += _guarded(numbers[column], guards)
    return b"".join([*lines, _instruction(RETURN, ALLOW)])


def _guarded(number: int, checks: list[bytes]) -> list[bytes]:
    """Return what runs `checks` over the first argument of that system call."""
    body = [_instruction(LOAD, FIRST_ARGUMENT_AT), *checks, _instruction(RETURN, ALLOW)]
    return [_instruction(EQUAL, number, 0, len(body)), *body]


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def install(untouchable: tuple[int, ...]) -> None:
    """Filter this process's system calls, and those of all that it starts, for good. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    code = program(platform.machine(), untouchable)
    filled = _Program(len(code) // 8, code)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(filled)):
        raise OSError(ctypes.get_errno(), "seccomp")
