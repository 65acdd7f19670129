"""The guided tour, step by step: what is to be seen, what to press, and when that was done."""

from collections.abc import Callable
from dataclasses import dataclass

from nnviz.tui.state import COMPARE, DEBUGGER, LAYER, SAMPLE, Choice
from nnviz.tui.view import View


@dataclass(frozen=True, eq=False)
class Moment:
    """What is on the screen: the view, what is looked at, and whether a proof has been shown."""

    view: View
    choice: Choice
    proven: bool = False

    @property
    def index(self) -> int:
        """The iteration that is looked at."""
        return self.view.frame.index

    @property
    def place(self) -> tuple[int, int]:
        """The iteration and the phase in it."""
        return (self.index, self.view.position.phase)


@dataclass(frozen=True)
class Step:
    """One step: `told` says what is there to see, `task` what to do.

    `{reason}` in what is told stands for why the run stopped.

    `keys` are Textual's names of the keys that do it, a typed line among them begins with a colon.
    `done(before, now)` says whether it was done since the step began.
    """

    told: str
    task: str
    keys: tuple[str, ...]
    done: Callable[[Moment, Moment], bool]


STEPS = (
    Step(
        "The starter's net before its first update; a row for each of its three layers.",
        "press n: the next iteration",
        ("n",),
        lambda before, now: now.index > before.index,
    ),
    Step(
        "Every number is of this iteration, and nothing is lost: there is a way back.",
        "press N: one iteration back",
        ("N",),
        lambda before, now: now.index < before.index,
    ),
    Step(
        "An iteration has phases: each layer forwards, the loss, each layer backwards.",
        "press s: one phase on",
        ("s",),
        lambda before, now: now.place > before.place,
    ),
    Step(
        "The phase tab shows its formula, the sizes of its arrays, and their numbers.",
        "press S: one phase back",
        ("S",),
        lambda before, now: now.place < before.place,
    ),
    Step(
        "Now let it train.",
        "press f: ten iterations",
        ("f",),
        lambda before, now: now.index >= before.index + 10 and now.view.paused,
    ),
    Step(
        "The loss falls. How steadily?",
        "press 2: the curves",
        ("2",),
        lambda before, now: now.choice.tab == "curves",
    ),
    Step(
        "Loss and accuracies, up to here. The arrow keys walk along them.",
        "press 1: the pictures of activations, weights and updates",
        ("1",),
        lambda before, now: now.choice.tab == "heat",
    ),
    Step(
        "A pixel per unit or input; weights and updates: blue below 0, orange above.",
        "press j: choose the next layer",
        ("j",),
        lambda before, now: now.choice.layer != before.choice.layer,
    ),
    Step(
        "Half of L2 is saturated: on its sigmoids' flat ends, where no gradient passes.",
        "press Enter: look into the layer",
        ("enter",),
        lambda before, now: now.choice.screen == LAYER,
    ),
    Step(
        "Its values as histograms, and its units one by one. u finds the marked ones.",
        "press Esc: back to the debugger",
        ("escape",),
        lambda before, now: now.choice.screen == DEBUGGER,
    ),
    Step(
        "And what does the net say about one image?",
        "press i: follow a sample",
        ("i",),
        lambda before, now: now.choice.screen == SAMPLE,
    ),
    Step(
        "The image, its way through the layers, the answer. w jumps to wrong ones.",
        "press Esc: back to the debugger",
        ("escape",),
        lambda before, now: now.choice.screen == DEBUGGER,
    ),
    Step(
        "A breakpoint stops training where something becomes true.",
        "type :break accuracy > 15% and press Enter",
        (":break accuracy > 15%",),
        lambda before, now: len(now.view.breakpoints) > len(before.view.breakpoints),
    ),
    Step(
        "Any number of the table can be asked for, of any layer. b begins such a line.",
        "press c: train on until it stops",
        ("c",),
        lambda before, now: now.view.paused and now.view.reason.startswith("breakpoint"),
    ),
    Step(
        "It stopped at {reason}.",
        "press 4: what is wrong with this net?",
        ("4",),
        lambda before, now: now.choice.tab == "findings",
    ),
    Step(
        "The cause first, what follows from it below, and a remedy. Does it help?",
        "press P: try the remedies on forks, and wait for the verdict",
        ("P",),
        lambda before, now: now.proven,
    ),
    Step(
        "A remedy is a claim until measured. Try one by hand: a fork keeps the old run.",
        "type :fork learning_rate=2.5e-5 and press Enter",
        (":fork learning_rate=2.5e-5",),
        lambda before, now: len(now.view.branches) > len(before.view.branches),
    ),
    Step(
        "You are on branch B now: what A was, with a larger learning rate from here.",
        "press f: ten iterations of it",
        ("f",),
        lambda before, now: now.index >= before.index + 10 and now.view.paused,
    ),
    Step(
        "Two runs that were one. Where do they part, and which is better?",
        "press x: compare the branches",
        ("x",),
        lambda before, now: now.choice.screen == COMPARE,
    ),
    Step(
        "A, B and their difference on one scale, in lockstep.",
        "press Esc: back to the debugger",
        ("escape",),
        lambda before, now: now.choice.screen == DEBUGGER,
    ),
)
"""All steps in order: about five minutes for somebody who reads along."""

END = "That was the tour. ? lists every key, : takes commands, q quits."
