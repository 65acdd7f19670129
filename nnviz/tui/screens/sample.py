"""One sample's way through the net, full screen, and the confusion matrix that leads to samples."""

from dataclasses import replace

from nnviz.debugger.model import TEST, TRAIN
from nnviz.tui.details.sample import (
    Outcomes,
    SampleDetail,
    SampleQuestion,
    next_sample,
    next_wrong,
)
from nnviz.tui.layout import WIDE, Place
from nnviz.tui.panels import sample
from nnviz.tui.screens.base import PanelScreen, key_bindings
from nnviz.tui.state import SAMPLE, Choice, SampleChoice
from nnviz.tui.view import View, picture_shape
from nnviz.tui.widgets import PanelWidget

LOWER = 15
"""Rows of the lower half of a large screen: the layers, and a matrix of ten classes."""


class SampleScreen(PanelScreen, inherit_bindings=False):
    """One training or test sample. Arrows go to the next one, or move in the confusion matrix."""

    NAME = SAMPLE
    BINDINGS = key_bindings(SAMPLE)

    @classmethod
    def question(cls, choice: Choice) -> SampleQuestion:
        """All about the chosen sample."""
        return SampleQuestion(choice.sample.part, choice.sample.number)

    def places(self, view: View, choice: Choice, width: int, height: int) -> dict[str, Place]:
        """See `sample_places`."""
        return sample_places(view, choice, width, height)

    @property
    def _outcomes(self) -> Outcomes | None:
        """What is known of all samples of the chosen part."""
        detail = self.view.detail if self.view else None
        if isinstance(detail, SampleDetail) and detail.outcomes.part == self.choice.sample.part:
            return detail.outcomes
        return None

    def action_move(self, across: int, down: int) -> None:
        """Go to another sample, or move the cursor where the matrix has the keys."""
        if self.view is None:
            return
        if self.choice.pane != sample.CONFUSION:
            if across and self._outcomes:
                self._go_to(next_sample(self._outcomes, self.choice.sample, across))
            return
        last = self.view.info.classes - 1
        label, predicted = sample.chosen_cell(self.view, self.choice)
        cell = min(max(label + down, 0), last), min(max(predicted + across, 0), last)
        self.choose(cell=cell)

    def action_wrong(self, by: int) -> None:
        """Go to another misclassified sample."""
        if self._outcomes is None:
            return
        if not self._outcomes.wrong.any():
            self.notify(f"every {self._outcomes.part} sample is classified right")
        self._go_to(next_wrong(self._outcomes, self.choice.sample, by))

    def action_part(self) -> None:
        """Change between training and test samples."""
        part = TEST if self.choice.sample.part == TRAIN else TRAIN
        self.choose(sample=SampleChoice(part))

    def action_pane(self) -> None:
        """Give the keys to the matrix, or to the sample."""
        pane = "" if self.choice.pane == sample.CONFUSION else sample.CONFUSION
        self.choose(pane=pane)

    def action_open_cell(self) -> None:
        """Look at the samples of the cell under the cursor; from the sample, go to the matrix."""
        if self.view is None or self._outcomes is None:
            return
        if self.choice.pane != sample.CONFUSION:
            self.action_pane()
            return
        label, predicted = cell = sample.chosen_cell(self.view, self.choice)
        numbers = self._outcomes.among(cell)
        if not numbers.size:
            part = self._outcomes.part
            self.notify(f"no {part} sample of label {label} is taken for {predicted}")
            return
        chosen = SampleChoice(self.choice.sample.part, int(numbers[0]), cell)
        self.choose(sample=chosen, pane="")

    def action_all(self) -> None:
        """Walk through all samples again."""
        self.choose(sample=replace(self.choice.sample, cell=None))

    def _go_to(self, number: int) -> None:
        self.choose(sample=replace(self.choice.sample, number=number))

    def on_panel_widget_clicked(self, message: PanelWidget.Clicked) -> None:
        """Look at the samples of the cell that was clicked."""
        if self.view is None or message.panel != "sample_confusion":
            return
        size = message.size
        cell = sample.cell_at(
            self.view, self.choice, size.width, size.height, message.column, message.row
        )
        if cell is not None:
            self.choose(cell=cell, pane=sample.CONFUSION)
            self.action_open_cell()


def sample_places(view: View, choice: Choice, width: int, height: int) -> dict[str, Place]:
    """Where the panels of the sample screen stand; below 120 x 36 the matrix takes turns."""
    heads = 2 if height >= 16 else 1
    places = {"sample_head": Place(0, 1, width, heads)}
    room = Place(0, 1 + heads, width, height - 4 - heads)
    if width < WIDE or height < 36:
        if choice.pane == sample.CONFUSION:
            return {**places, "sample_confusion": room}
        strips = min(_strip_rows(view, width), room.height // 3)
        upper = replace(room, height=room.height - strips)
        lower = replace(room, y=upper.y + upper.height, height=strips)
        return places | _pictures(view, upper) | {"sample_layers": lower}
    upper = replace(room, height=room.height - LOWER)
    lower = replace(room, y=upper.y + upper.height, height=LOWER)
    matrix = min(max(12 * 6, width // 3), width * 5 // 11)
    return {
        **places,
        **_pictures(view, upper),
        "sample_layers": replace(lower, width=width - matrix - 1),
        "sample_confusion": replace(lower, x=width - matrix, width=matrix),
    }


def _strip_rows(view: View, width: int) -> int:
    """The rows that one pixel for each hidden unit takes."""
    columns = max(1, width - sample.NAMES - 1)
    hidden = view.info.layers[:-1]
    return sum(-(-info.units // (2 * columns)) for info in hidden)


def _pictures(view: View, room: Place) -> dict[str, Place]:
    """Input, gradient and answer beside each other; the answer keeps at least 18 columns."""
    free = room.width - 2
    columns = picture_shape(view.info.features, view.info.image_shape)[1]
    zoom = max(1, min((free - 20) // (2 * columns), 2 * (room.height - 1) // columns))
    picture = min(columns * zoom, (free - 18) // 2)
    if view.info.image_shape is None:
        picture = (free - 20) // 2
    answer = free - 2 * picture - 1
    return {
        "sample_input": replace(room, x=room.x + 1, width=picture),
        "sample_gradient": replace(room, x=room.x + picture + 2, width=picture),
        "sample_answer": replace(room, x=room.x + 2 * picture + 3, width=min(answer, 60)),
    }
