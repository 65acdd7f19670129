"""What a recognised program says about itself to the debugger's views: layers, facts, phases."""

import math

from nnviz.attach.namespace import path_text
from nnviz.attach.network import activation_of
from nnviz.attach.program import Program
from nnviz.attach.recognition import Layer, LossFound, Place, Recognition
from nnviz.attach.wire import Message
from nnviz.debugger.phases import Phase
from nnviz.debugger.source import LayerInfo, RunInfo
from nnviz.engine.losses import LOSSES

UNPLANNED = 200
"""Iterations that a loop is taken to have which doesn't say how many."""

LENGTH = (
    f"{UNPLANNED} iterations are shown as planned, for its loop does not say how many; "
    "--iterations N or iterations = N in nnviz.toml does"
)


def run_info(program: Program, found: Recognition, iterations: int) -> RunInfo:
    """What is fixed about a program's run; `iterations` is 0 where its loop doesn't say any."""
    layers = tuple(_layer_info(number, layer) for number, layer in enumerate(found.layers, start=1))
    outputs = found.layers[-1].units if found.classes else 0
    batches = max(1, math.ceil(found.all_samples / max(1, found.samples)))
    rate = found.rate
    known = [value for value in rate.values if math.isfinite(value)]
    applied = f"{known[0]:.4g} as applied" if known else "unknown"
    variable = f"{path_text(rate.path)}, " if rate.path else ""
    computed = found.loss.place.text if found.loss.place is not None else "not in the program"
    return RunInfo(
        name=program.path.name,
        description=f"the program {program.path}",
        layers=layers,
        features=found.layers[0].fan_in,
        classes=2 if outputs == 1 else outputs,
        samples=found.all_samples,
        batch=found.samples,
        batches_per_epoch=batches,
        image_shape=image_shape(found.layers[0].fan_in),
        loss=found.loss.family,
        chance_loss=chance_loss(found.loss, outputs, found.samples),
        iterations=iterations or UNPLANNED,
        options={
            "data": f"{program.path.name}, {found.all_samples:,} samples",
            "learning rate": f"{variable}{applied}",
            "gradients": "as the program computes them",
            "loss": f"{computed} {found.loss.words}".strip(),
            **({} if iterations else {"length": LENGTH}),
        },
    )


def _layer_info(number: int, layer: Layer) -> LayerInfo:
    activation = activation_of(layer)
    return LayerInfo(
        number=number,
        units=layer.units,
        fan_in=layer.fan_in,
        activation=activation.name,
        formula=activation.formula,
        silent=activation.silent,
        saturates=activation.saturation is not None,
        k=activation.parameters.get("k", 1.0),
    )


def image_shape(features: int) -> tuple[int, int] | None:
    """The shape of inputs as square pictures, where they can be such."""
    side = math.isqrt(features)
    return (side, side) if side >= 4 and side * side == features else None


def chance_loss(loss: LossFound, outputs: int, samples: int) -> float:
    """What the program's loss is for the best constant answer; NaN where that is unknown."""
    if outputs < 2 or not math.isfinite(loss.factor):
        return float("nan")
    engine = LOSSES[loss.family]
    return engine.chance(outputs) * loss.factor / engine.reported(1.0, 1) * samples


def program_phases(program: Program, found: Recognition) -> tuple[Phase, ...]:
    """The phases of an iteration, each with the program's own line."""
    phases: list[Phase] = []
    for number, layer in enumerate(found.layers, start=1):
        names = tuple(f"{letter}{number}" for letter in "zL" if letter in layer.places)
        shape = f"{layer.units} units x {found.samples} samples"
        line = _line(program, layer.places.get("L"))
        phases.append(Phase("forward", number, f"L{number} forward", line, shape, names))
    loss = _line(program, found.loss.place) if found.loss.place else found.loss.reason
    phases.append(Phase("loss", 0, "loss", loss, "1 number", ("loss",)))
    for number, layer in reversed(list(enumerate(found.layers, start=1))):
        letters = [letter for letter in ("d", "dW") if letter in layer.places]
        line = _line(program, layer.places.get("d") or layer.places.get("dW"))
        phases.append(
            Phase(
                "backward",
                number,
                f"L{number} backward",
                line,
                f"dW{number}: {layer.units} x {layer.fan_in}",
                tuple(f"{letter}{number}" for letter in letters),
            )
        )
    names = tuple(f"update{number}" for number in range(1, found.depth + 1))
    shapes = ", ".join(
        f"{path_text(layer.weights)}: {layer.units} x {layer.fan_in}" for layer in found.layers
    )
    phases.append(Phase("update", 0, "update", "W = W_new - W_old", shapes, names))
    return tuple(phases)


def _line(program: Program, place: Place | None) -> str:
    """A line of the program, with its number."""
    if place is None or not place.line:
        return ""
    return f"{program.line(place.line)}   ({program.place(place.line)})"


def ending_text(program: Program, message: Message, index: int) -> str:
    """Why a program does no iteration `index`: it has ended, or failed, and where."""
    text, name = str(message.get("text")), program.path.name
    if message.get("event") != "failed":
        return f"{name} has ended after iteration {index - 1}: {text}"
    where = f"in iteration {index}" if int(message.get("index", -1)) >= 0 else "after its loop"
    return (
        f"{failure_text(program, message)}\nit stopped {where}; its arrays are still there: "
        "`look` lists them"
    )


def failure_text(program: Program, message: Message) -> str:
    """An exception, with the line in which it came up."""
    line, file = int(message.get("line", 0)), str(message.get("file"))
    own = file == str(program.path.resolve())
    place = program.place(line) if own else f"{file}, line {line}"
    shown = f"\n  {program.line(line)}" if own and program.line(line) else ""
    return f"{program.path.name}: {place}: {message.get('text')}{shown}"
