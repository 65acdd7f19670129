"""The screen on which people mark: one answer at a time, everything else beside it."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Static

from grader.report.text import visible
from grader.review import words
from grader.review.desk import HALF, Desk
from grader.review.picture import picture
from nnviz.errors import InputError

NARROW = 110
"""On fewer columns the criteria stand below the answer."""

HELP = """\
1 to 9       tick a criterion, or untick it
+ and -      half a point more or less;  0 none,  f all of them
c            comment: type it, or choose one from before by its number
Enter        give this, and go on to the next answer without a mark
s            give this finally: it settles what two markers see differently
u            take the last mark back
← and →      the answer before or after, marked or not
[ and ]      the item before or after
g            the student's figures: drawn here, o opens one
r            our own runs of the claims: their curves over those of the references
b            show names, or hide them
PgUp PgDn    move in a long answer
q            end; every mark is on the disk already
"""


class Pictures(ModalScreen[None]):
    """Pictures that lie beside a grade, one at a time, each with its title."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g,r,right,space", "turn(1)", "next"),
        Binding("left", "turn(-1)", "before"),
        Binding("o", "open", "open"),
        Binding("escape,q,enter", "dismiss", "back"),
    ]

    def __init__(self, pictures: Sequence[tuple[str, Path]]) -> None:
        super().__init__()
        self._pictures = pictures
        self._at = 0

    def compose(self) -> ComposeResult:
        """A title, the picture, the keys."""
        yield Static(id="title", markup=False)
        yield VerticalScroll(Static(id="picture", markup=False))
        yield Footer()

    def on_resize(self, event: Resize) -> None:
        """Draw in the size there is."""
        self._draw()

    def action_turn(self, by: int) -> None:
        """Show the next or previous picture."""
        self._at = (self._at + by) % len(self._pictures)
        self._draw()

    def action_open(self) -> None:
        """Open the picture with whatever opens such here."""
        self.app.open_url(self._pictures[self._at][1].resolve().as_uri())

    def _draw(self) -> None:
        title, path = self._pictures[self._at]
        title = f"{visible(title, 80)}  ({self._at + 1} of {len(self._pictures)})"
        self.query_one("#title", Static).update(Text(title, style="bold"))
        columns, rows = self.size.width - 4, self.size.height - 3
        try:
            drawn = picture(path, columns, rows)
        except InputError as error:
            drawn = Text(f"{error}; o opens it")
        self.query_one("#picture", Static).update(drawn)


class Help(ModalScreen[None]):
    """What the keys do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark", "dismiss", "back")
    ]

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(HELP, markup=False)
        yield Footer()


class ReviewApp(App[None]):
    """Mark what needs a person, problem by problem across students."""

    TITLE = "nnviz review"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #heading { height: 2; padding: 0 1; background: $panel; }
    #body { layout: horizontal; height: 1fr; }
    #answer { width: 1fr; padding: 0 1; }
    #side { width: 56; border-left: solid $primary; padding: 0 1; }
    .narrow #body { layout: vertical; }
    .narrow #answer { height: 1fr; min-height: 5; }
    .narrow #side { width: 100%; height: auto; max-height: 60%; border-left: none;
                    border-top: solid $primary; }
    #runs { margin-top: 1; }
    #comment { height: auto; padding: 0 1; background: $panel; display: none; }
    #comment.open { display: block; }
    Help, Pictures { background: $surface; }
    Help Static { padding: 1 2; height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(n), f"tick({n - 1})", show=False) for n in range(1, 10)),
        Binding("plus,equals_sign", "add(1)", "½ more", key_display="+"),
        Binding("minus", "add(-1)", "less", key_display="-"),
        Binding("0", "none", "none", show=False),
        Binding("f", "all", "full"),
        Binding("c", "comment", "comment"),
        Binding("enter", "save", "give", key_display="⏎"),
        Binding("u", "undo", "undo"),
        Binding("g", "figures", show=False),
        Binding("r", "runs", show=False),
        Binding("s", "settle", "settle", show=False),
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("left_square_bracket", "turn(-1)", show=False),
        Binding("right_square_bracket", "turn(1)", "item", key_display="]"),
        Binding("b", "blind", "names"),
        Binding("question_mark", "help", "help", key_display="?"),
        Binding("pageup", "scroll_answer(-1)", show=False),
        Binding("pagedown", "scroll_answer(1)", show=False),
        Binding("q", "quit", "end"),
    ]

    def __init__(self, desk: Desk, *, blind: bool = True) -> None:
        super().__init__()
        self.desk = desk
        self.blind = blind

    def compose(self) -> ComposeResult:
        """Heading, answer, criteria with the runs below, and the comment's line."""
        yield Static(id="heading", markup=False)
        with Container(id="body"):
            with VerticalScroll(id="answer"):
                yield Static(id="text", markup=False)
            with VerticalScroll(id="side"):
                yield Static(id="criteria", markup=False)
                yield Static(id="runs", markup=False)
        with Container(id="comment"):
            yield Static(id="bank", markup=False)
            yield Input(id="line")
        yield Footer()

    def on_mount(self) -> None:
        """Show the first answer."""
        self.screen.set_focus(None)
        self.show()

    def on_resize(self, event: Resize) -> None:
        """Criteria beside the answer where there is room."""
        self.screen.set_class(event.size.width < NARROW, "narrow")

    def show(self) -> None:
        """Draw what lies on the desk."""
        parts: Iterable[tuple[str, object]] = (
            ("#heading", words.heading(self.desk, blind=self.blind)),
            ("#text", words.answer(self.desk)),
            ("#criteria", words.criteria(self.desk)),
            ("#runs", words.runs(self.desk)),
        )
        for place, content in parts:
            self.query_one(place, Static).update(content)  # type: ignore[arg-type]

    def action_tick(self, number: int) -> None:
        """Tick a criterion."""
        if not self.desk.tick(number):
            self.notify("There is no criterion of that number: + and - give half points.")
        self.show()

    def action_add(self, halves: int) -> None:
        """Half a point more or less."""
        self.desk.add(halves * HALF)
        self.show()

    def action_none(self) -> None:
        """No points."""
        self.desk.set_points(Fraction(0))
        self.show()

    def action_all(self) -> None:
        """All points."""
        self.desk.set_points(self.desk.pile.most)
        self.show()

    def action_save(self, final: bool = False) -> None:
        """Give it, and go on."""
        try:
            self.desk.save(final=final)
        except InputError as error:
            self.notify(str(error), severity="error", timeout=15)
            return
        if all(self.desk.done(pile) == len(pile.sheets) for pile in self.desk.piles):
            self.notify("Everything is marked. nnviz regrade DIR --apply puts it into the grades.")
        self._top()

    def action_settle(self) -> None:
        """Give it finally."""
        self.action_save(final=True)

    def action_undo(self) -> None:
        """Take the last mark back."""
        try:
            if not self.desk.undo():
                self.notify("Nothing was given in this sitting.")
        except InputError as error:
            self.notify(str(error), severity="error", timeout=15)
        self._top()

    def action_step(self, by: int) -> None:
        """The answer before or after."""
        self.desk.step(by)
        self._top()

    def action_turn(self, by: int) -> None:
        """The item before or after."""
        self.desk.turn(by)
        self._top()

    def action_blind(self) -> None:
        """Show names, or hide them."""
        self.blind = not self.blind
        self.show()

    def action_figures(self) -> None:
        """Show the student's figures."""
        self._show_pictures(self.desk.figures, "There are no figures in this submission.")

    def action_runs(self) -> None:
        """Show the curves of our own runs of the student's claims."""
        self._show_pictures(self.desk.own_runs, "Nothing was run: no claim, or none that can be.")

    def _show_pictures(self, pictures: Sequence[tuple[str, Path]], none: str) -> None:
        if pictures:
            self.push_screen(Pictures(pictures))
        else:
            self.notify(none)

    def action_help(self) -> None:
        """Say what the keys do."""
        self.push_screen(Help())

    def action_scroll_answer(self, pages: int) -> None:
        """Move in a long answer."""
        answer = self.query_one("#answer", VerticalScroll)
        answer.scroll_relative(y=pages * max(1, answer.size.height - 1), animate=False)

    def action_comment(self) -> None:
        """Open the comment's line, with what was written before above it."""
        self.query_one("#bank", Static).update(words.bank(self.desk))
        line = self.query_one("#line", Input)
        line.value = self.desk.draft.comment
        self.query_one("#comment").add_class("open")
        line.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the comment, or the one of that number."""
        known, text = self.desk.bank(), event.value.strip()
        if text.isdecimal() and 0 < int(text) <= len(known):
            text = known[int(text) - 1]
        self.desk.comment(text)
        self._close_comment()

    def key_escape(self) -> None:
        """Leave the comment as it was."""
        self._close_comment()

    def _close_comment(self) -> None:
        self.query_one("#comment").remove_class("open")
        self.screen.set_focus(None)
        self.show()

    def _top(self) -> None:
        self.show()
        self.query_one("#answer", VerticalScroll).scroll_home(animate=False)
