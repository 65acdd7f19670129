"""Slips planted in a right program: the gradient check and the reference say where they are."""

import pytest

from nnviz.attach.gradient_words import named_slip, report_lines
from nnviz.attach.reference import agreement_lines, compare_with_engine
from tests.attach.slips import RIGHT, SLIPS, planted


def test_a_right_program_passes_both(start):
    source = start("right.py", RIGHT)
    report = source.gradient_report()
    assert report.wrong == ()
    # the program's gradients are sums for (L - T)^2 / 2, its loss is a mean of (L - T)^2
    assert report.convention == pytest.approx(report.samples / 2, rel=1e-6)
    assert compare_with_engine(source, 3).difference is None


QUICK = ("forgotten k", "updated too early")
BY_NAME = [
    pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow], id=name) for name in SLIPS
]


@pytest.mark.parametrize("name", BY_NAME)
def test_the_first_wrong_array_is_named(name, start):
    source = start("slip.py", planted(name))
    agreement = compare_with_engine(source, 3)
    assert agreement.difference is not None
    assert (agreement.difference.name, agreement.difference.index) == (SLIPS[name][1], 0)
    assert agreement.difference.name in "\n".join(agreement_lines(source, agreement))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("derivative of a used on z", "the formula k a (1 - a) is used on z"),
        ("transposed", "W2^T, transposed"),
        ("updated too early", "after its update"),
        ("wrong sign of the update", "the wrong sign"),
        ("last layer only", "only the last layer is trained"),
        ("divided by N in one layer", "times what it should be"),
    ],
)
def test_the_gradient_check_says_which_slip_it_is(name, words, start):
    source = start("slip.py", planted(name))
    report = source.gradient_report()
    assert report.wrong
    said = "\n".join(report_lines(report, named_slip(source, report)))
    assert words in " ".join(said.split())


def test_the_check_names_the_forgotten_slope(start):
    source = start("slip.py", planted("forgotten k"))
    report = source.gradient_report()
    assert [round(layer.ratio / report.convention, 3) for layer in report.layers] == [
        15.625,  # 1 / 0.4^3: each layer on the way back misses it once more
        6.25,
        2.5,
    ]
    assert "the slope k = 0.4 of the sigmoid is forgotten" in "\n".join(report_lines(report))


@pytest.mark.slow
def test_the_check_does_not_touch_the_run(start):
    plain, checked = start("a.py", RIGHT), start("b.py", RIGHT)
    checked.advance()
    plain.advance()
    checked.gradient_report()
    assert checked.advance().loss == plain.advance().loss


def test_a_slip_in_one_layers_function_is_named_too(start):
    source = start("slip.py", RIGHT.replace("np.exp(-k * z2)", "np.exp(-k * z2**2)"))
    assert source.recognition.layers[1].activation == "custom"
    agreement = compare_with_engine(source, 3)
    assert agreement.difference.name == "L2"
    said = "\n".join(agreement_lines(source, agreement))
    assert "L2 sigmoid (k = 0.4), taken from another layer" in said


@pytest.mark.slow
def test_what_nnviz_toml_says_was_meant_is_compared_with(start):
    source = start("slip.py", RIGHT, activations=("tanh", "sigmoid", "sigmoid"))
    assert compare_with_engine(source, 3).difference.name == "L1"
