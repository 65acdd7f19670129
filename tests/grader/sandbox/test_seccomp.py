"""The filter denies what its table names, by the numbers of each machine."""

import struct

import pytest

from grader.sandbox.inside.seccomp import DENIED, knows, program

ALLOW, EPERM, KILL = 0x7FFF0000, 0x00050001, 0x80000000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def verdict(machine, number, arguments=(0, 0), architecture=None, forking=False):
    """What the filter says of a call, by running it as the kernel does (seccomp(2))."""
    data = struct.pack("<IIQ", number, architecture or ARCHITECTURES[machine], 0)
    data += struct.pack("<6Q", *arguments, 0, 0, 0, 0)
    code = list(struct.iter_unpack("<HBBI", program(machine, forking)))
    accumulator, at = 0, 0
    while True:
        operation, true, false, k = code[at]
        at += 1
        if operation == 0x06:
            return k
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, k)
            continue
        holds = {
            0x15: accumulator == k,
            0x35: accumulator >= k,
            0x45: bool(accumulator & k),
        }[operation]
        at += true if holds else false


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_every_named_call_is_denied(machine):
    """With EPERM; a foreign architecture ends the process."""
    column = list(ARCHITECTURES).index(machine)
    numbers = [both[column] for both in DENIED.values() if both[column] is not None]
    assert len(numbers) == len(set(numbers)) > 100
    assert {verdict(machine, number) for number in numbers} == {EPERM}
    assert verdict(machine, numbers[0], architecture=0x40000003) == KILL


@pytest.mark.parametrize(
    # numbers of read, write, mmap, brk, futex, openat, execve, kill, clone, prlimit64:
    # asm/unistd_64.h and asm-generic/unistd.h of Linux 6.1
    ("machine", "harmless", "execve", "kill", "clone", "prlimit"),
    [
        ("x86_64", (0, 1, 9, 12, 202, 257), 59, 62, 56, 302),
        ("aarch64", (63, 64, 222, 214, 98, 56), 221, 129, 220, 261),
    ],
)
def test_threads_live_and_processes_do_not(machine, harmless, execve, kill, clone, prlimit):
    """A thread is a clone with CLONE_THREAD; limits are a process's own business only."""
    assert {verdict(machine, number) for number in harmless} == {ALLOW}
    assert {verdict(machine, number) for number in (execve, kill)} == {EPERM}
    assert verdict(machine, clone, (0x10F00, 0)) == ALLOW
    assert verdict(machine, clone, (17, 0)) == EPERM
    assert verdict(machine, prlimit, (0, 7)) == ALLOW
    assert verdict(machine, prlimit, (1, 7)) == EPERM
    assert verdict(machine, 435) == 0x00050026  # clone3: ENOSYS, so that libc takes clone


def test_other_calling_conventions_are_killed():
    """x32 numbers on x86_64 would go past a table of 64-bit ones."""
    assert verdict("x86_64", 0x40000000 | 57) == KILL
    assert not knows("riscv64")


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_a_process_that_is_debugged_may_be_copied_and_nothing_more(machine):
    """Flags of clone(2): CLONE_CHILD_SETTID and SIGCHLD as fork gives them; CLONE_NEWUSER."""
    column = list(ARCHITECTURES).index(machine)
    clone = {"x86_64": 56, "aarch64": 220}[machine]
    assert verdict(machine, clone, (0x01000011, 0)) == EPERM
    assert verdict(machine, clone, (0x01000011, 0), forking=True) == ALLOW
    assert verdict(machine, clone, (0x10000011, 0), forking=True) == EPERM
    assert verdict(machine, DENIED["execve"][column], forking=True) == EPERM
    assert verdict(machine, DENIED["socket"][column], forking=True) == EPERM
