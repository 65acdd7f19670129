"""The part of `nnviz grade` that marks a whole class."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from grader.code_marks import fresh_seed
from grader.cohort.journal import read_header
from grader.cohort.pool import Pool
from grader.cohort.register import FILE_NAME, Register
from grader.cohort.run import ClassJob, grade_class
from grader.cohort.work import Work
from nnviz.errors import InputError


def run_class(arguments: argparse.Namespace) -> int:
    """Mark every submission of the class, and say in the end what became of them."""
    from grader.assignments import DEFAULT_ASSIGNMENT, assignment_folder
    from grader.cohort.progress import Progress
    from grader.cohort.roster import read_roster
    from grader.human_marks import load_marks

    if arguments.jobs is not None and arguments.jobs < 1:
        raise InputError(f"--jobs {arguments.jobs}: expected a number from 1")
    secret_file = arguments.secret_file.resolve() if arguments.secret_file else None
    assignment = assignment_folder(arguments.assignment or DEFAULT_ASSIGNMENT).resolve()
    job = ClassJob(
        folder=arguments.path.resolve(),
        out=arguments.out,
        work=Work(assignment, secret_file, _seed(arguments), arguments.allow_unsandboxed),
        resume=arguments.resume,
        roster=read_roster(arguments.roster) if arguments.roster else None,
        marks=load_marks(arguments.out),
    )
    if not arguments.cluster:  # whose workers are asked themselves
        job.work.sandbox()  # where nothing can run students' code, say so before anything is marked
    errors = Console(file=sys.stderr, highlight=False)
    with _pool(arguments, job, errors) as pool, Progress(errors) as progress:
        register = grade_class(job, pool, progress)
    if arguments.json:
        print((arguments.out / FILE_NAME).read_text(encoding="utf-8"), end="")
    else:
        print_register(register, arguments)
        for line in _on_marks(job):
            print(line)
    return 0


def _on_marks(job: ClassJob) -> Iterator[str]:
    """What is to be said of people's marks: what can't be read, and where they don't count yet."""
    from grader.report.text import visible

    yield from (f"  {visible(note, 300)}" for note in job.marks.notes)
    if conflicts := len(job.marks.conflicts):
        yield f"  {conflicts} items are marked differently by two people: nnviz marks {job.out}"
    if job.resume and (job.marks.marks or conflicts):
        yield (
            f"People's marks count in what was graded now; nnviz regrade {job.out} shows what they "
            "change in the rest"
        )


def _seed(arguments: argparse.Namespace) -> int:
    """The seed that was given, that of the run which goes on, or a new one."""
    header = read_header(arguments.out) if arguments.resume else None
    before = header.options.get("seed") if header else None
    if arguments.seed is not None:
        return int(arguments.seed)
    return before if isinstance(before, int) else fresh_seed()


@contextmanager
def _pool(arguments: argparse.Namespace, job: ClassJob, errors: Console) -> Iterator[Pool]:
    from joblib import cpu_count

    from grader.cohort.pool import local_pool

    jobs = arguments.jobs or cpu_count()
    if not arguments.cluster:
        yield local_pool(jobs)
        return
    from grader.cohort.cluster import cluster_pool, demands

    wanted = demands(job.folder, job.work)
    with cluster_pool(arguments.cluster, jobs, wanted, errors.print) as pool:
        yield pool


def print_register(register: Register, arguments: argparse.Namespace) -> None:
    """What became of the class, in a few lines on standard output."""
    from grader.report.text import visible

    lines = list(register.lines)
    graded = sum(line.kind == "graded" and register.counts(line) for line in lines)
    print(f"{len(lines)} submissions, {graded} of {register.counted} students graded")
    for line in lines:
        name = visible(line.name, 80)
        if line.kind != "graded":
            print(f"  {name}: {line.kind}: {visible(line.message, 300)}")
        elif other := register.instead(line):
            print(f"  {name}: {visible(other, 80)} counts instead ({register.several})")
    for note in register.notes:
        print(f"  {visible(note, 200)}")
    for entry in register.absent:
        print(f"  nothing handed in: {visible(f'{entry.student} {entry.person}'.strip(), 120)}")
    for name in register.unknown:
        print(f"  not on the roster: {visible(name, 80)}")
    print(f"Written: {arguments.out / FILE_NAME}; nnviz class {arguments.out} shows the class")
