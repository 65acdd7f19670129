"""`nnviz presets`: the course's runs by name, and each as a file to start one's own from."""

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Take at most one name."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="print this preset as TOML")
    parser.epilog = (
        "To change one, save it with `nnviz presets NAME > FILE.toml`, edit the file, and give "
        "FILE.toml wherever a preset's name can stand."
    )


def run(arguments: argparse.Namespace) -> int:
    """Print one line per preset, or the TOML of one. Raises InputError for an unknown name."""
    from nnviz.experiment import to_toml
    from nnviz.presets import PRESETS, preset

    if arguments.name:
        print(to_toml(preset(arguments.name)), end="")
        return 0
    width = max(map(len, PRESETS))
    for name, experiment in PRESETS.items():
        print(f"{name:{width}}  {experiment.description}")
    return 0
