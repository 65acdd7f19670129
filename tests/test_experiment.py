"""An experiment says what it is: nothing impossible gets in, and nothing is lost on the way out."""

import math
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.engine.activations import ACTIVATIONS
from nnviz.engine.initializers import INITIALIZERS
from nnviz.engine.losses import LOSSES
from nnviz.engine.optimizers import SCHEDULES
from nnviz.errors import InputError
from nnviz.experiment import (
    HIDDEN_ACTIVATIONS,
    Experiment,
    from_toml,
    keys,
    parse_assignments,
    parse_value,
    read_experiment,
    to_toml,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
POSITIVE = st.floats(1e-20, 1e20)
FINITE = st.floats(-1e20, 1e20)
PAIRS = st.sampled_from(
    [(loss.name, output) for loss in LOSSES.values() for output in loss.partners]
)


@st.composite
def experiments(draw):
    """Every experiment that is allowed, the odd ones too."""
    hidden = tuple(draw(st.lists(st.integers(1, 10**9), max_size=4)))
    loss, output = draw(PAIRS)

    def one_or_each(values, count):
        return draw(values | st.tuples(*[values] * count))

    return Experiment(
        name=draw(TEXTS),
        description=draw(TEXTS),
        data=draw(TEXTS),
        labels=draw(st.sampled_from(["true", "random"])),
        label_classes=draw(st.integers(0, 100)),
        hidden=hidden,
        activation=one_or_each(st.sampled_from(HIDDEN_ACTIVATIONS), len(hidden)),
        output=output,
        k=draw(POSITIVE),
        slope=draw(st.floats(0, 1, exclude_min=True, exclude_max=True)),
        loss=loss,
        biases=draw(st.booleans()),
        initializer=draw(st.sampled_from(list(INITIALIZERS))),
        init_divisor=one_or_each(POSITIVE, len(hidden) + 1),
        init_bias=draw(FINITE),
        rng=draw(st.sampled_from(["generator", "legacy"])),
        seed=draw(st.integers(0, 10**9)),
        learning_rate=one_or_each(POSITIVE, len(hidden) + 1),
        reference_samples=draw(st.integers(1, 10**9)),
        momentum=draw(st.floats(0, 1, exclude_max=True)),
        schedule=draw(st.sampled_from(list(SCHEDULES))),
        decay=draw(FINITE),
        step_every=draw(st.integers(1, 10**9)),
        step_factor=draw(POSITIVE),
        batch_size=draw(st.integers(0, 10**9)),
        dtype=draw(st.sampled_from(["float32", "float64"])),
        iterations=draw(st.integers(0, 10**9)),
    )


@given(experiments(), st.booleans())
def test_toml_round_trip(experiment, full):
    """What is written is read back as the same experiment, whatever its texts and numbers hold."""
    assert from_toml(to_toml(experiment, full=full)) == experiment


@given(experiments())
def test_toml_comments_stand_in_one_column(experiment):
    """However long a value is, the explanations stay aligned and one line is one key."""
    lines = to_toml(replace(experiment, name="", description="", data=""), full=True).splitlines()
    assert len(lines) == len(keys())
    assert len({line.rindex("  # ") for line in lines if "  # " in line}) == 1


def test_toml_states_both_conventions_of_the_learning_rate():
    """1e-5 per sum over 60,000 samples is 0.6 for those who average: 1e-5 x 60,000."""
    (line,) = [line for line in to_toml(Experiment()).splitlines() if "learning_rate" in line]
    assert line.endswith("# per sum over 60,000 samples: 0.6 if gradients are means")


def test_toml_writes_only_what_differs_from_the_defaults():
    """A file shows what is special about a run, and always its name, data and learning rate."""
    keys_written = [line.split(" =")[0] for line in to_toml(Experiment(k=0.4)).splitlines()]
    assert keys_written == ["name", "data", "k", "learning_rate"]


def experiment_or_error(make):
    """What `make` returns, or the text of its InputError; any other exception passes through."""
    try:
        return make()
    except InputError as error:
        return str(error)


@given(st.text())
def test_any_text_is_an_experiment_or_one_clear_error(text):
    """No file content, however strange, gives anything but an experiment or an InputError."""
    result = experiment_or_error(lambda: from_toml(text, "mine.toml"))
    assert isinstance(result, Experiment) or result.startswith("mine.toml: ")


@pytest.mark.parametrize("text", ["seed = " + "9" * 5000, "seed = " + "[" * 5000, "seed = = 1"])
def test_what_toml_itself_trips_over_is_one_clear_error(text):
    """Numbers and nesting that the TOML reader can't take name the file, without a traceback."""
    with pytest.raises(InputError, match=r"^mine\.toml: not valid TOML: "):
        from_toml(text, "mine.toml")


ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.lists(st.integers() | st.floats() | st.text(), max_size=4)
)


@given(st.sampled_from(sorted(keys())), ANYTHING)
def test_any_value_is_taken_or_refused_by_its_key(key, value):
    """Every key either takes a value, which is written and read again, or is named in the error."""
    result = experiment_or_error(lambda: Experiment().with_changes({key: value}))
    if isinstance(result, Experiment):
        assert all(math.isfinite(rate) for rate in result.mean_learning_rates)
        assert from_toml(to_toml(result)) == result
    else:
        assert key in result


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("lerning_rate = 1e-5", "unknown key lerning_rate; did you mean learning_rate?"),
        ("zzz = 1", "unknown key zzz; expected one of name, description, data"),
        ('activation = "rely"', "did you mean relu?"),
        ('activation = ["tanh", "rely"]', "did you mean relu?"),
        ('activation = ["tanh"]', "a list with one per hidden layer; there are 2 hidden layers"),
        ('activation = "softmax"', "expected one of sigmoid, tanh, relu, leaky_relu, identity"),
        ("init_divisor = [1, 2]", "a list with one per layer; there are 3 layers"),
        ("init_divisor = 0", "init_divisor = 0.0: expected a positive number"),
        ("hidden = [256, 0]", "hidden = [256, 0]: expected a list of sizes from 1"),
        ("hidden = 256", "hidden = 256: expected a list of sizes from 1, such as [256, 128]"),
        ("learning_rate = -1", "expected a number from 0"),
        ("learning_rate = nan", "expected a number from 0"),
        ("learning_rate = 1e30", "expected a number from 0 to 1e20"),
        ('learning_rate = "1e-5"', "learning_rate = '1e-5': expected a number from 0"),
        ("momentum = 1", "expected a number from 0, less than 1"),
        ("slope = 1", "expected a number between 0 and 1"),
        ("k = inf", "expected a positive number"),
        ("seed = -1", "expected a whole number from 0 to 1,000,000,000"),
        ("seed = 1.5", "expected a whole number from 0"),
        ("iterations = true", "expected a whole number from 0"),
        ("biases = 1", "biases = 1: expected true or false"),
        ("data = 3", "data = 3: expected a text"),
        ('loss = "hinge"', "expected one of squared_error, cross_entropy, binary_cross_entropy"),
        ('output = "softmax"', "squared_error does not belong with a softmax output"),
        ('dtype = "float46"', "did you mean float64?"),
    ],
)
def test_an_error_names_file_key_value_and_what_was_expected(line, message):
    """One line says all that is needed to mend the file."""
    with pytest.raises(InputError) as caught:
        from_toml(line, "dir/mine.toml")
    text = str(caught.value)
    assert text.startswith("dir/mine.toml: ")
    assert message in text
    assert "\n" not in text


def test_a_file_with_an_unknown_data_set_is_named_with_the_nearest(tmp_path):
    """`data` is checked where the file is known, not when the data is needed."""
    path = tmp_path / "mine.toml"
    path.write_text('data = "mnst"')
    with pytest.raises(InputError, match=r"mine\.toml: data: .*Did you mean mnist\?"):
        read_experiment(path)


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path):
    """A missing file, a folder and a picture are refused by their path."""
    (tmp_path / "picture.toml").write_bytes(b"\xff\xd8\xff")
    for name in ("missing.toml", ".", "picture.toml"):
        path = tmp_path / name
        with pytest.raises(InputError, match="can't be read") as caught:
            read_experiment(path)
        assert str(path) in str(caught.value)


def test_a_file_without_a_name_is_called_as_the_file(tmp_path):
    """`wide.toml` describes the run `wide` unless it says otherwise."""
    (tmp_path / "wide.toml").write_text("hidden = [512]")
    assert read_experiment(tmp_path / "wide.toml") == Experiment(name="wide", hidden=(512,))


def test_one_value_stands_for_all_layers_and_a_list_for_each():
    """`activation_names` and the rates have one entry per layer, whichever way they were given."""
    net = Experiment(hidden=(3, 4), activation=("tanh", "relu"), learning_rate=(1e-5, 2e-5, 3e-5))
    assert Experiment(hidden=(3, 4)).activation_names == ("sigmoid",) * 3
    assert net.activation_names == ("tanh", "relu", "sigmoid")
    assert net.mean_learning_rates == pytest.approx((0.6, 1.2, 1.8))
    assert Experiment(hidden=()).activation_names == ("sigmoid",)


def test_changes_are_listed_with_both_values():
    """A fork shows what it changed; name and description are no change of the run."""
    one = Experiment(name="one")
    two = one.with_changes({"name": "two", "k": 0.4, "hidden": [8]})
    assert two.changes_from(one) == {"hidden": ((256, 128), (8,)), "k": (1.0, 0.4)}


def test_keys_that_change_nothing_are_found():
    """A slope for a net without leaky ReLU, or a decay without its schedule, is worth a word."""
    idle = Experiment(slope=0.2, decay=0.1, k=0.4).idle_keys()
    assert idle == {"slope": "a leaky_relu layer", "decay": "schedule = linear"}
    assert Experiment(activation="leaky_relu", slope=0.2).idle_keys() == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("2.5e-5", 2.5e-5),
        (".9", 0.9),
        ("-1.", -1.0),
        ("true", True),
        ("relu", "relu"),
        ('"relu"', "relu"),
        ("relu,tanh", ["relu", "tanh"]),
        ("1, 2.5", [1, 2.5]),
        ("[256, 128]", [256, 128]),
        ("[]", []),
        ("", ""),
        ("[" * 3000, "[" * 3000),
    ],
)
def test_values_are_typed_as_one_types_them(text, value):
    """Quotes and brackets may be left out where they'd be in the way on a command line."""
    assert parse_value(text) == value


def test_assignments_keep_texts_as_typed():
    """A run may be called 2024, which is no number there."""
    assert parse_assignments(["name=2024", "seed = 3", "data=a,b.npz"]) == {
        "name": "2024",
        "seed": 3,
        "data": "a,b.npz",
    }


@pytest.mark.parametrize("texts", [["k"], ["=3"], [""], ["k=1", "k=2"]])
def test_assignments_that_say_nothing_or_twice_are_refused(texts):
    """`--set` needs KEY=VALUE, once per key."""
    with pytest.raises(InputError, match=r"KEY=VALUE|twice"):
        parse_assignments(texts)


def test_every_key_is_explained_and_its_default_is_allowed():
    """The reference page has a line for each key; hidden activations are all but softmax."""
    assert list(keys()) == [f.name for f in fields(Experiment)]
    assert all(help and expected for _, help, expected in keys().values())
    assert set(ACTIVATIONS) - set(HIDDEN_ACTIVATIONS) == {"softmax"}
