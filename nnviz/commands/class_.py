"""`nnviz class`: a whole class on one page: points, misconceptions, claims, similar code."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the grades, and where a page goes."""
    parser.add_argument(
        "folder", metavar="DIR", type=Path, help="the --out folder of `nnviz grade` for a class"
    )
    parser.add_argument("--html", metavar="FILE", type=Path, help="write it as one HTML page, too")
    parser.add_argument(
        "--names", action="store_true", help="show names beside ids, where a platform gave them"
    )
    parser.add_argument(
        "--assignment",
        metavar="A",
        help="whose template is left out when code is compared (default: assignment1)",
    )
    parser.epilog = "For teachers: it names students whose code is alike, as places to look."


def run(arguments: argparse.Namespace) -> int:
    """Count, print, and write the page."""
    from grader.assignments import DEFAULT_ASSIGNMENT, assignment_folder
    from grader.cohort.class_page import class_page
    from grader.cohort.class_views import class_html, print_class
    from grader.cohort.overview import overview
    from grader.cohort.programs import pairs_of
    from grader.cohort.register import FILE_NAME, read_register
    from grader.report.files import write_whole
    from grader.report.terminal import Output

    folder = arguments.folder
    register = read_register(folder) if (folder / FILE_NAME).is_file() else None
    seen = overview(folder, register)
    assignment = assignment_folder(arguments.assignment or DEFAULT_ASSIGNMENT)
    page = class_page(seen, pairs_of(folder, register, assignment), arguments.names)
    if arguments.html:
        write_whole(arguments.html, class_html(page))  # first: whoever reads may stop early
    print_class(page, Output())
    if arguments.html:
        print(f"Written: {arguments.html}")
    return 0
