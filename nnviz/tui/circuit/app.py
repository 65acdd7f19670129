"""The application of `nnviz tui --circuit`: the drawing, one sentence, and a line to type in."""

import os
from dataclasses import replace
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from nnviz.circuit import Circuit
from nnviz.circuit.drawing import Role, draw, solution_texts
from nnviz.circuit.quiz import Outcome
from nnviz.tui.circuit.lesson import Lesson
from nnviz.tui.drawing.cells import Cells, beside, blank
from nnviz.tui.drawing.look import ColorDepth, Look, look_from
from nnviz.tui.drawing.strips import strips
from nnviz.tui.themes import set_up_themes, theme_name

ROLES = {
    Role.FRAME: "axis",
    Role.TITLE: "label",
    Role.VALUE: "good",
    Role.GRADIENT: "dead",
    Role.MARK: "",
    Role.FOCUS: "here",
}
"""Values are green and gradients red, as on the course's sheet; their arrows differ as well."""

SIGNS = {
    Outcome.RIGHT: "+ ",
    Outcome.MISCONCEPTION: "! ",
    Outcome.WRONG: "x ",
    Outcome.UNREADABLE: "? ",
    Outcome.EMPTY: "> ",
}
KEYS = "n next  N back  Home  End  t quiz  q quit"
QUIZ_KEYS = "Enter: check, or the rule  Esc: leave"


def circuit_cells(lesson: Lesson) -> tuple[Cells, int]:
    """The drawing of a lesson, and the row of the box to look at."""
    room = max(map(len, solution_texts(lesson.circuit).values()))
    drawing = draw(lesson.circuit, lesson.texts, focus=lesson.focus, room=room)
    width = max(sum(cell_len(text) for text, _ in line) for line in drawing.lines)
    focused = [
        row for row, line in enumerate(drawing.lines) if any(role is Role.FOCUS for _, role in line)
    ]
    rows = tuple(tuple((text, ROLES[role]) for text, role in line) for line in drawing.lines)
    return Cells(rows, width), focused[0] if focused else 0


class CircuitPanel(Widget, can_focus=False):
    """Shows the circuit in the middle; a larger one is moved so that the focused box is seen."""

    def __init__(self) -> None:
        super().__init__(id="circuit")
        self._look = Look()
        self._cells, self._row = Cells((), 0), 0

    def show(self, lesson: Lesson, look: Look) -> None:
        """Draw this from now on."""
        self._look = look
        self._cells, self._row = circuit_cells(lesson)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Textual's line API."""
        width, height = self.size
        over = self._cells.height - height
        row = y + (min(max(self._row - height // 2, 0), over) if over > 0 else over // 2)
        if not 0 <= row < self._cells.height:
            return Strip.blank(width, self.rich_style)
        line = Cells((self._cells.rows[row],), self._cells.width)
        left = max(0, width - line.width) // 2
        (strip,) = strips(beside(blank(left, 1), line, gap=0), self._look, self.rich_style)
        return strip.adjust_cell_length(width, self.rich_style)


class CircuitApp(App[None]):
    """Steps through a circuit, or asks for its boxes."""

    CSS = """
    Screen { layout: vertical; overflow: hidden; }
    #circuit { height: 1fr; padding: 0; }
    #message { height: 3; padding: 0 1; }
    #answer { height: 1; border: none; padding: 0 1; display: none; }
    #answer:focus { border: none; }
    #keys { height: 1; padding: 0 1; color: $text-muted; }
    """
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,s,space,right", "step(1)", "fill the next box"),
        Binding("N,S,left", "step(-1)", "empty the last box"),
        Binding("home", "step(-1000)", "empty all boxes"),
        Binding("end", "step(1000)", "fill all boxes"),
        Binding("t", "quiz", "quiz: type the values"),
        Binding("escape", "leave_quiz", "leave the quiz"),
        Binding("T", "theme", "change between dark and light"),
        Binding("q", "quit", "quit"),
        Binding("ctrl+c", "quit", "quit", priority=True),
    ]

    def __init__(self, circuit: Circuit, look: Look | None = None) -> None:
        self.look = look or look_from(os.environ)
        super().__init__(ansi_color=self._in_terminals_colors)
        set_up_themes(self)
        self.look = replace(self.look, dark=look.dark if look else self.current_theme.dark)
        self.lesson = Lesson(circuit)

    def compose(self) -> ComposeResult:
        """Circuit, sentence, input, keys."""
        yield CircuitPanel()
        yield Static(id="message", markup=False)
        yield Input(id="answer", placeholder="a number, such as -10 or 3/4")
        yield Static(id="keys", markup=False)

    @property
    def _in_terminals_colors(self) -> bool:
        return self.look.depth in (ColorDepth.NONE, ColorDepth.ANSI16)

    def on_mount(self) -> None:
        """Show the empty circuit."""
        self.title = self.lesson.circuit.title
        if self.look.dark != self.current_theme.dark:
            self._choose_theme(dark=self.look.dark)
        self.show()

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the new size."""
        self.show()

    def show(self) -> None:
        """Draw the lesson as it stands."""
        lesson = self.lesson
        self.query_one(CircuitPanel).show(lesson, self.look)
        sign = SIGNS[lesson.outcome] if lesson.outcome and lesson.said else ""
        self.query_one("#message", Static).update(sign + lesson.message)
        title = lesson.circuit.title
        keys = QUIZ_KEYS if lesson.quiz else KEYS
        place = f"{lesson.filled} of {len(lesson.boxes)}"
        self.query_one("#keys", Static).update(f"{place}  {keys}  {title}")
        answer = self.query_one(Input)
        answer.display = lesson.quiz and not lesson.done
        if answer.display:
            answer.focus()
        else:
            self.set_focus(None)

    def action_step(self, by: int) -> None:
        """Fill or empty boxes."""
        self.lesson = self.lesson.step(by)
        self.show()

    def action_theme(self) -> None:
        """Change between dark and light."""
        self._choose_theme(dark=not self.look.dark)

    def _choose_theme(self, *, dark: bool) -> None:
        if not self._in_terminals_colors:
            self.theme = theme_name(dark=dark, present=False)

    def watch_theme(self, name: str) -> None:
        """Draw for the ground of the theme, whoever chose it."""
        self.look = replace(self.look, dark=self.current_theme.dark)
        self.screen_stack[0].query_one(CircuitPanel).show(self.lesson, self.look)

    def action_quiz(self) -> None:
        """Ask for the boxes from here on."""
        self.lesson = self.lesson.toggle_quiz()
        self.show()

    def action_leave_quiz(self) -> None:
        """Go back to stepping."""
        if self.lesson.quiz:
            self.action_quiz()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Judge what was typed; a wrong value stays, selected: typing replaces, arrows mend it."""
        self.lesson = self.lesson.answer(event.value)
        if self.lesson.outcome is Outcome.RIGHT:
            event.input.value = ""
        else:
            event.input.select_all()
        self.show()
