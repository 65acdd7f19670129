"""The system calls that a student's process doesn't get, by number, and the filter that says so.

Numbers are of Linux 6.x: `asm/unistd_64.h` for x86_64, `asm-generic/unistd.h` for aarch64. A denied
call answers EPERM, so that the student's code gets an exception; a foreign architecture is killed.
"""

import ctypes
import errno
import os
import struct

_TABLE = """
execve 59 221 | execveat 322 281 | fork 57 - | vfork 58 - | kill 62 129 | tkill 200 130
tgkill 234 131 | rt_sigqueueinfo 129 138 | rt_tgsigqueueinfo 297 240 | ptrace 101 117
process_vm_readv 310 270 | process_vm_writev 311 271 | process_madvise 440 440
process_mrelease 448 448 | pidfd_open 434 434 | pidfd_getfd 438 438
pidfd_send_signal 424 424 | kcmp 312 272 | sched_setparam 142 118
sched_setscheduler 144 119 | sched_setattr 314 274 | sched_setaffinity 203 122
setpriority 141 140 | ioprio_set 251 30 | socket 41 198 | socketpair 53 199
connect 42 203 | bind 49 200 | listen 50 201 | accept 43 202 | accept4 288 242
sendto 44 206 | sendmsg 46 211 | sendmmsg 307 269 | recvmsg 47 212 | unshare 272 97
setns 308 268 | mount 165 40 | umount2 166 39 | pivot_root 155 41 | chroot 161 51
move_mount 429 429 | open_tree 428 428 | open_tree_attr 467 467 | fsopen 430 430
fsconfig 431 431 | fsmount 432 432 | fspick 433 433 | mount_setattr 442 442
swapon 167 224 | swapoff 168 225 | reboot 169 142 | kexec_load 246 104
kexec_file_load 320 294 | init_module 175 105 | finit_module 313 273
delete_module 176 106 | setsid 112 157 | setpgid 109 154 | io_uring_setup 425 425
io_uring_enter 426 426 | io_uring_register 427 427 | io_setup 206 0 | io_submit 209 2
bpf 321 280 | perf_event_open 298 241 | userfaultfd 323 282 | memfd_create 319 279
memfd_secret 447 447 | mknod 133 - | mknodat 259 33 | shmget 29 194 | shmat 30 196
shmctl 31 195 | semget 64 190 | semop 65 193 | semtimedop 220 192 | semctl 66 191
msgget 68 186 | msgsnd 69 189 | msgrcv 70 188 | msgctl 71 187 | mq_open 240 180
mq_unlink 241 181 | add_key 248 217 | request_key 249 218 | keyctl 250 219
name_to_handle_at 303 264 | open_by_handle_at 304 265 | fanotify_init 300 262
inotify_init 253 - | inotify_init1 294 26 | inotify_add_watch 254 27 | quotactl 179 60
quotactl_fd 443 443 | acct 163 89 | syslog 103 116 | sethostname 170 161
setdomainname 171 162 | settimeofday 164 170 | clock_settime 227 112 | adjtimex 159 171
clock_adjtime 305 266 | setuid 105 146 | setgid 106 144 | setreuid 113 145
setregid 114 143 | setresuid 117 147 | setresgid 119 149 | setfsuid 122 151
setfsgid 123 152 | setgroups 116 159 | capset 126 91 | personality 135 92 | iopl 172 -
ioperm 173 - | modify_ldt 154 - | vhangup 153 58 | chmod 90 - | fchmod 91 52
fchmodat 268 53 | fchmodat2 452 452 | chown 92 - | fchown 93 55 | lchown 94 -
fchownat 260 54 | utime 132 - | utimes 235 - | futimesat 261 - | utimensat 280 88
setxattr 188 5 | lsetxattr 189 6 | fsetxattr 190 7 | setxattrat 463 463
removexattr 197 14 | lremovexattr 198 15 | fremovexattr 199 16 | removexattrat 466 466
truncate 76 45 | flock 73 32 | mlock 149 228 | mlock2 325 284 | mlockall 151 230
vmsplice 278 75 | lookup_dcookie 212 18 | setrlimit 160 164
"""
"""Name, number on x86_64, number on aarch64; `-` where there is no such call."""

DENIED = {
    name: (int(x86) if x86 != "-" else None, int(arm) if arm != "-" else None)
    for name, x86, arm in (
        entry.split() for entry in _TABLE.replace("\n", " | ").split("|") if entry.strip()
    )
}

_MACHINES = {
    # name: column of the table, AUDIT_ARCH, clone, clone3, prlimit64, prctl, ioctl, seccomp
    "x86_64": (0, 0xC000003E, 56, 435, 302, 157, 16, 317),
    "aarch64": (1, 0xC00000B7, 220, 435, 261, 167, 29, 277),
}
"""The machines whose system calls are known here."""

_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENT = 0, 4, 16
"""Offsets in `struct seccomp_data`; both machines are little-endian."""

_CLONE_THREAD = 0x00010000
_CLONE_NEW = 0x7E020000
"""All flags of new namespaces: mounts, cgroups, host names, IPC, users, processes, network."""
_X32 = 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C


def knows(machine: str) -> bool:
    """Whether the system calls of this machine (`os.uname().machine`) are in the table."""
    return machine in _MACHINES


FORKING = frozenset({"fork", "sendto", "sendmsg", "recvmsg", "memfd_create"})
"""What a process that is debugged needs: it is copied, and talks over sockets that it was given."""


def program(machine: str, forking: bool = False) -> bytes:
    """The filter as an array of `struct sock_filter`; `forking` permits new processes."""
    column, audit, clone, clone3, prlimit, prctl, ioctl, _ = _MACHINES[machine]
    refuse = _ERRNO | errno.EPERM
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        code += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    for name, numbers in DENIED.items():
        if forking and name in FORKING:
            continue
        if (number := numbers[column]) is not None:
            code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, refuse)]
    code += [(_EQUAL, 0, 1, clone3), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]
    # A new thread, never a new process; or else no new namespaces.
    barred = (_ANY_BIT, 0, 1, _CLONE_NEW) if forking else (_ANY_BIT, 1, 0, _CLONE_THREAD)
    code += [
        (_EQUAL, 0, 4, clone),
        (_LOAD, 0, 0, _ARGUMENT),
        barred,
        (_RETURN, 0, 0, refuse),
        (_RETURN, 0, 0, _ALLOW),
    ]
    # The limits of the process itself, which it can only lower; and not who is told of its end.
    code += [
        (_EQUAL, 0, 4, prlimit),
        (_LOAD, 0, 0, _ARGUMENT),
        (_EQUAL, 1, 0, 0),
        (_RETURN, 0, 0, refuse),
        (_RETURN, 0, 0, _ALLOW),
    ]
    for call, offset, forbidden in (
        (prctl, _ARGUMENT, (_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE)),
        (ioctl, _ARGUMENT + 8, (_TIOCSTI, _TIOCLINUX)),
    ):
        code += [
            (_EQUAL, 0, 5, call),
            (_LOAD, 0, 0, offset),
            (_EQUAL, 1, 0, forbidden[0]),
            (_EQUAL, 0, 1, forbidden[1]),
            (_RETURN, 0, 0, refuse),
            (_RETURN, 0, 0, _ALLOW),
        ]
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in code)


def deny_new_processes() -> None:
    """Install the filter in this process, for good; raises OSError where the kernel won't."""
    _install(program(os.uname().machine))


def deny_new_programs() -> None:
    """The same for a process that may be copied, but starts no other program. Raises OSError."""
    _install(program(os.uname().machine, forking=True))


def _install(code: bytes) -> None:
    machine = os.uname().machine
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(code, len(code))

    class Filter(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))

    prepared = Filter(len(code) // 8, ctypes.addressof(buffer))
    no_new_privileges()
    # seccomp(SECCOMP_SET_MODE_FILTER, 0, prepared)
    if libc.syscall(ctypes.c_long(_MACHINES[machine][-1]), 1, 0, ctypes.byref(prepared)):
        raise OSError(ctypes.get_errno(), "seccomp filter refused")


def no_new_privileges() -> None:
    """Give up gaining privileges, which seccomp and Landlock ask of those who aren't root."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs refused")


def hide_from_peers() -> None:
    """Make this process's memory and environment unreadable for others of its user."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def die_with_parent(signal: int) -> None:
    """Ask the kernel to send this process the signal when the thread that made it ends."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0)
