"""`nnviz predicates`: the words of breakpoints, watches and searches, one line each."""

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the number of layers, for which the names are then written out."""
    parser.add_argument("--layers", type=int, default=3, metavar="N", help="layers of the run (3)")


def run(arguments: argparse.Namespace) -> int:
    """Print names, findings, operators and examples. Raises InputError for less than a layer."""
    from nnviz.debugger.findings import RULES
    from nnviz.debugger.history import LAYER_METRICS, RUN_METRICS
    from nnviz.errors import InputError

    if not 1 <= arguments.layers <= 100:
        raise InputError(f"--layers {arguments.layers}: expected 1 to 100")
    print("Of the run:")
    for metric in RUN_METRICS:
        print(f"  {metric.name:<24}{metric.help}")
    last = arguments.layers
    print(f"Of a layer, 1 to {last}:")
    for metric in LAYER_METRICS:
        print(f"  {f'{metric.prefix}{last}.{metric.name}':<24}{metric.help}")
    print("Findings, as finding(NAME):")
    for name, rule in RULES.items():
        print(f"  {name:<24}{rule.summary}")
    print(GRAMMAR)
    return 0


GRAMMAR = """\
Conditions:
  < <= > >= == !=         compare two numbers; 10% is 0.1
  and or not ( )          combine conditions
  rising for N            the number rose N times in a row (falling alike)
  is nan                  the number is NaN or infinite
  any layer.NAME ...      holds for some layer; every layer.NAME ...: for all of them
Numbers:
  + - * /  abs(x)  log10(x)  min(x, y)  max(x, y)
Examples:
  L1.dead > 10%
  W2.update_ratio > 1
  loss rising for 3
  abs(L2.mean) > 0.5 and iteration > 20
  any layer.saturated > 50%"""
