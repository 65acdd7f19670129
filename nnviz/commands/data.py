"""`nnviz data`: which data sets there are, so that nobody has to find out by an error."""

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""
    parser.epilog = (
        "Every command that takes --data takes one of these names, or a file of your own: NAME.npz "
        "with X (samples x features, or samples x rows x columns) and y (whole numbers from 0); "
        "X_test and y_test may be in it too, else a fifth of the samples is set aside."
    )


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each data set that has a name."""
    from nnviz.datasets import DEFAULT_DATASET, SOURCES

    row = "{:9}  {:>7}  {:>6}  {:>8}  {:>7}  {:24}  {}"
    print(row.format("name", "samples", "test", "features", "classes", "from", "on this machine"))
    for source in SOURCES.values():
        missing = source.missing()
        print(
            row.format(
                source.name,
                f"{source.samples:,}",
                f"{source.test_samples:,}",
                source.features,
                source.classes,
                source.origin,
                f"no: {missing}" if missing else "yes",
            )
        )
    print(f"\nThe default is {DEFAULT_DATASET}. Your own: --data NAME.npz with arrays X and y.")
    return 0
