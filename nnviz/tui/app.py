"""The terminal application: keys become orders to the runner, views become panels."""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen

from nnviz.debugger.commands import COMMANDS, completions
from nnviz.debugger.debugger import Debugger
from nnviz.tui.command_bar import CommandBar
from nnviz.tui.detail import Question
from nnviz.tui.drawing.look import ColorDepth, Look, look_from
from nnviz.tui.keys import KEYS
from nnviz.tui.layout import TABS, layout
from nnviz.tui.panels import panels_on
from nnviz.tui.runner import Go, Order, Pause, PhaseStep, Play, PlayBack, Runner, Said, Speed, Type
from nnviz.tui.screens import SCREENS
from nnviz.tui.screens.base import PanelScreen
from nnviz.tui.state import DEBUGGER, PICTURES, Choice
from nnviz.tui.text_screen import TextScreen, help_text
from nnviz.tui.view import View, names
from nnviz.tui.widgets import PanelWidget

DEBUGGERS_OWN = frozenset(key.action.partition("(")[0] for key in KEYS if DEBUGGER in key.screens)
"""Actions that only the debugger's own screen has."""
SPEEDS = (1.0, 2.0, 5.0, 10.0, 30.0, float("inf"))


class FromRunner(Message):
    """The runner has made a view, answered a command, or failed."""

    def __init__(self, news: View | Said | Exception) -> None:
        super().__init__()
        self.news = news

    def can_replace(self, message: Message) -> bool:
        """A slow screen skips stale views, and nothing else."""
        return (
            isinstance(message, FromRunner)
            and isinstance(self.news, View)
            and isinstance(message.news, View)
        )


class NnvizApp(App[None]):
    """The debugger on a screen. `open_debugger` is called on the runner's thread."""

    CSS = """
    Screen { layout: vertical; overflow: hidden; }
    PanelWidget { position: absolute; display: none; }
    CommandBar { dock: bottom; display: none; height: 1; border: none; padding: 0 1; }
    CommandBar:focus { border: none; }
    """
    AUTO_FOCUS = None  # keys belong to the application until the command line is asked for
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.keys, key.action, key.help, show=False, priority=key.action == "interrupt")
        for key in KEYS
        if key.works_on(DEBUGGER)
    ]

    def __init__(self, open_debugger: Callable[[], Debugger], look: Look | None = None) -> None:
        self.look = look or look_from(os.environ)
        super().__init__(ansi_color=self.look.depth in (ColorDepth.NONE, ColorDepth.ANSI16))
        self.choice = Choice()
        self.view: View | None = None
        self.failure: Exception | None = None
        self._speed = len(SPEEDS) - 1
        self._interrupted_at = float("-inf")
        self._typed: list[str] = []
        self._question: Question | None = None
        self.runner = Runner(open_debugger, self._receive)

    def _receive(self, news: View | Said | Exception) -> None:
        # called on the runner's thread; post_message is the one call that is safe from there
        self.post_message(FromRunner(news))

    def compose(self) -> ComposeResult:
        """One widget for each panel, placed by `layout`, and the command line."""
        for name in panels_on(DEBUGGER):
            yield PanelWidget(name)
        yield CommandBar(self._completions, self._typed)

    def on_mount(self) -> None:
        """Start the run."""
        self.title = "nnviz"
        self.runner.start()

    def on_unmount(self) -> None:
        """End the run's thread."""
        self.runner.stop()

    def on_resize(self, event: events.Resize) -> None:
        """Place the panels anew."""
        self.place()
        self.redraw()

    def on_from_runner(self, message: FromRunner) -> None:
        """Show a view or an answer, or leave with the runner's error."""
        match message.news:
            case View() as view:
                first = self.view is None or self.view.info.depth != view.info.depth
                self.view = view
                if first:
                    self.place()
                self.redraw()
            case Said(line, text, wrong):
                if wrong:
                    self._bar.ask(line)
                self.push_screen(TextScreen(f":{line}", text))
            case Exception() as error:
                self.failure = error
                self.exit(return_code=1)

    def place(self) -> None:
        """Give every panel its rectangle, or hide it."""
        depth = self.view.info.depth if self.view else 3
        width, height = self.size
        places = layout(width, height, self.choice.tab, depth, self.choice.zoomed)
        for widget in self._panels():
            place = places.get(widget.panel)
            widget.display = place is not None
            if place is not None:
                widget.titled = place.titled
                widget.styles.offset = (place.x, place.y)
                widget.styles.width, widget.styles.height = place.width, place.height

    def redraw(self) -> None:
        """Hand the view to the panels that are seen."""
        if self.view is None:
            return
        for widget in self._panels():
            if widget.display:
                widget.show(self.view, self.choice, self.look)
        if (screen := self._other) is not None:
            screen.show(self.view, self.choice, self.look)

    @property
    def _other(self) -> PanelScreen | None:
        """The screen over the debugger's, if there is one."""
        return next((s for s in self.screen_stack if isinstance(s, PanelScreen)), None)

    @property
    def _bar(self) -> CommandBar:
        """The command line of the screen that is seen."""
        return (self._other or self.screen_stack[0]).query_one(CommandBar)

    def _panels(self) -> Iterable[PanelWidget]:
        return self.screen_stack[0].query(PanelWidget)

    def choose(self, choice: Choice) -> None:
        """Change what is looked at, ask what it takes, and draw it."""
        self.choice = choice
        screen = SCREENS.get(choice.screen)
        question = screen.question(choice) if screen else None
        if question != self._question:
            self._question = question
            self.runner.attend(question)
        self.place()
        self.redraw()

    def action_open(self, name: str) -> None:
        """Go to another screen."""
        if self.choice.screen == name:
            return
        self._close()
        self.push_screen(SCREENS[name](self._completions, self._typed))
        self.choose(replace(self.choice, screen=name, pane=""))

    def _close(self) -> None:
        if self._other is not None:
            self.pop_screen()
            self.choose(replace(self.choice, screen=DEBUGGER))

    def on_panel_screen_left(self, message: PanelScreen.Left) -> None:
        """Go back to the debugger's screen."""
        self._close()

    def on_panel_screen_chose(self, message: PanelScreen.Chose) -> None:
        """Look at what was chosen there."""
        self.choose(message.choice)

    def on_panel_screen_ordered(self, message: PanelScreen.Ordered) -> None:
        """Let the run do it."""
        self.order(message.order)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """The keys of the debugger's screen do nothing on another one."""
        return self.choice.screen == DEBUGGER or action not in DEBUGGERS_OWN

    def order(self, order: Order) -> None:
        """Send an order to the runner."""
        self.runner.send(order)

    def _completions(self, line: str) -> tuple[str, ...]:
        return completions(line, names(self.view)) if self.view else ()

    def get_system_commands(self, screen: Screen[None]) -> Iterable[SystemCommand]:
        """Every key's action and every typed command, for the palette."""
        yield from super().get_system_commands(screen)
        for key in KEYS:
            if not key.works_on(self.choice.screen):
                continue
            owner = screen if key.screens and self._other else self

            async def act(action: str = key.action, owner: DOMNode = owner) -> None:
                await self.run_action(action, owner)

            yield SystemCommand(f"{key.help} ({key.shown})", key.group, act)
        for command in COMMANDS.values():

            def ask(name: str = command.name) -> None:
                self._bar.ask(f"{name} ")

            yield SystemCommand(f":{command.usage}", command.help, ask)

    def on_command_bar_entered(self, message: CommandBar.Entered) -> None:
        """Carry out a typed line."""
        self.action_leave_command()
        if message.line in ("q", "quit"):
            self.exit()
            return
        self.order(Type(message.line))

    def on_command_bar_left(self, message: CommandBar.Left) -> None:
        """Put the command line away."""
        self.action_leave_command()

    def action_leave_command(self) -> None:
        """Put the command line away."""
        self._bar.display = False
        self.set_focus(None)

    def action_command(self, line: str = "") -> None:
        """Open the command line."""
        self._bar.ask(line)

    def action_break_here(self) -> None:
        """Open the command line with a breakpoint on the chosen layer."""
        layer = self.view.info.layers[self.choice.layer - 1] if self.view else None
        if layer is not None:
            metric = (
                "dead" if layer.silent == "dead" else "saturated" if layer.saturates else "z_std"
            )
            self.action_command(f"break {layer.name}.{metric} > ")

    def action_help(self) -> None:
        """Show the keys and the commands."""
        self.push_screen(TextScreen("Keys", help_text(self.choice.screen)))

    def action_step(self) -> None:
        """Do the next iteration."""
        self.order(Go(1, relative=True))

    def action_step_back(self) -> None:
        """Go one iteration back."""
        self.order(Go(-1, relative=True))

    def action_phase(self, by: int) -> None:
        """Do the next phase, or go one back; the phase pane comes up with it."""
        if self.choice.tab != "phase":
            self.action_tab(TABS.index("phase") + 1)
        self.order(PhaseStep(by))

    def action_scrub(self, by: int) -> None:
        """Look at a recorded iteration; never trains further."""
        self.order(Go(by, relative=True, recorded=True))

    def action_finding(self, by: int) -> None:
        """Go to the nearest iteration, on that side, at which something got worse."""
        if self.view is None:
            return
        here = self.view.frame.index
        there = [at for at in self.view.spoken if (at - here) * by > 0]
        if not there:
            self.notify(
                "nothing got worse " + ("after" if by > 0 else "before") + " this iteration"
            )
            return
        self.order(Go(min(there) if by > 0 else max(there)))

    def action_first(self) -> None:
        """Go to the first iteration."""
        if self.view is not None:
            self.order(Go(self.view.history.first))

    def action_live(self) -> None:
        """Go to the latest iteration."""
        if self.view is not None:
            self.order(Go(self.view.recorded))

    def action_finish(self) -> None:
        """Train to the end of the epoch, or ten iterations on the full batch."""
        if self.view is not None:
            size = self.view.info.batches_per_epoch
            index = self.view.frame.index
            self.order(Play(index + 10 if size == 1 else (index // size + 1) * size))

    def action_play(self) -> None:
        """Train on to a breakpoint, or pause."""
        running = self.view is not None and not self.view.paused
        self.order(Pause() if running else Play())

    def action_play_back(self) -> None:
        """Go back to where a breakpoint stops."""
        self.order(PlayBack())

    def action_interrupt(self) -> None:
        """Pause; a second time within a second: quit."""
        now = time.monotonic()
        if now - self._interrupted_at < 1:
            self.exit()
        self._interrupted_at = now
        self.order(Pause())
        self.notify("paused; Ctrl-C again to quit", timeout=1.5)

    def action_speed(self, by: int) -> None:
        """Train faster or slower."""
        self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)
        limit = SPEEDS[self._speed]
        self.order(Speed(limit))
        self.notify("as fast as it goes" if limit == SPEEDS[-1] else f"{limit:g} iterations/s")

    def action_layer(self, by: int) -> None:
        """Move the cursor to another layer."""
        if self.view is not None:
            layer = min(max(self.choice.layer + by, 1), self.view.info.depth)
            self.choose(replace(self.choice, layer=layer))

    def action_picture(self) -> None:
        """Show the next kind of picture."""
        here = PICTURES.index(self.choice.picture)
        self.choose(replace(self.choice, picture=PICTURES[(here + 1) % len(PICTURES)]))

    def action_tab(self, number: int) -> None:
        """Show the tab with that number; a zoomed panel gives way to it."""
        tab = TABS[(number - 1) % len(TABS)]
        self.choose(replace(self.choice, tab=tab, zoomed=tab if self.choice.zoomed else ""))

    def action_next_tab(self) -> None:
        """Show the next tab."""
        self.action_tab(TABS.index(self.choice.tab) + 2)

    def action_zoom(self) -> None:
        """Enlarge the panel of the chosen tab, or show all panels again."""
        self.choose(replace(self.choice, zoomed="" if self.choice.zoomed else self.choice.tab))
