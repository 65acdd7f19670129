"""The terminal application: keys become orders to the runner, views become panels."""

import gc
import io
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen

from nnviz.debugger.commands import COMMANDS, Command, completions
from nnviz.debugger.debugger import Debugger
from nnviz.errors import InputError
from nnviz.tui.command_bar import CommandBar
from nnviz.tui.detail import Question
from nnviz.tui.drawing.look import ColorDepth, Look, look_from
from nnviz.tui.driving import FromRunner
from nnviz.tui.handing_out import Written, copy, hand_out, next_name, save_for_browser, text_of
from nnviz.tui.keys import KEYS
from nnviz.tui.layout import TABS, Place, layout, presented
from nnviz.tui.lecture import Lecture, what_is_pressed
from nnviz.tui.looking import LookingApp
from nnviz.tui.panels import PANELS, panels_on
from nnviz.tui.prover import Proving
from nnviz.tui.runner import Ask, PhaseStep, Said, Type
from nnviz.tui.screen_commands import SCREEN_COMMANDS, ScreenCommand, words
from nnviz.tui.screens import SCREENS
from nnviz.tui.screens.base import DebuggerScreen, PanelScreen
from nnviz.tui.script import Cue
from nnviz.tui.state import COMPARE, DEBUGGER, Choice
from nnviz.tui.text_screen import KEYS_TITLE, Palette, TextScreen, help_text
from nnviz.tui.themes import set_up_themes, theme_name
from nnviz.tui.view import View, names
from nnviz.tui.widgets import PanelWidget, show_all

DEBUGGERS_OWN = frozenset(key.action.partition("(")[0] for key in KEYS if DEBUGGER in key.screens)
"""Actions that only the debugger's own screen has."""

AT_ONCE = ("interrupt", "command")
"""Actions that are done when their key arrives, before the keys after it find their way."""


class NnvizApp(LookingApp):
    """The debugger on a screen. `open_debugger` is called on the runner's thread."""

    CSS = """
    Screen { layout: vertical; overflow: hidden; }
    PanelWidget { position: absolute; display: none; }
    CommandBar { dock: bottom; display: none; height: 1; border: none; padding: 0 1; }
    CommandBar:focus { border: none; }
    """
    AUTO_FOCUS = None  # keys belong to the application until the command line is asked for
    BINDINGS: ClassVar[list[BindingType]] = [
        # what is typed after the colon is not to overtake it
        Binding(key.keys, key.action, key.help, show=False, priority=key.action in AT_ONCE)
        for key in KEYS
        if key.works_on(DEBUGGER)
    ]

    def __init__(
        self,
        open_debugger: Callable[[], Debugger],
        look: Look | None = None,
        *,
        present: bool = False,
        script: Sequence[Cue] = (),
        compare: bool = False,
    ) -> None:
        self.look = look or look_from(os.environ)
        super().__init__(open_debugger, ansi_color=self._in_terminals_colors)
        set_up_themes(self)
        dark = look.dark if look else self.current_theme.dark
        self.look = replace(self.look, dark=dark, present=present or self.look.present)
        self.choice = Choice()
        self._opens_on = COMPARE if compare else DEBUGGER
        self.lecture = Lecture(script)
        self._typed: list[str] = []
        self._question: Question | None = None

    def compose(self) -> ComposeResult:
        """A widget for each panel that is seen at first, and the command line."""
        places = self._places()
        yield from (PanelWidget(name) for name in panels_on(DEBUGGER) if name in places)
        yield CommandBar(self._completions, self._typed)

    @property
    def _in_terminals_colors(self) -> bool:
        return self.look.depth in (ColorDepth.NONE, ColorDepth.ANSI16)

    def on_mount(self) -> None:
        """Start the run."""
        self.title = "nnviz"
        if self.look.present or self.look.dark != self.current_theme.dark:
            self._follow_look()
        self.choose(replace(self.choice, cue=self.lecture.cue, screen=self._opens_on))
        self.start_run()

    def on_resize(self) -> None:
        """Place the panels anew, as soon as Textual knows the new size as well."""
        self.call_next(self._fit)

    def _fit(self) -> None:
        self.place()
        self.redraw()

    def on_from_runner(self, message: FromRunner) -> None:
        """Show a view or an answer, or leave with the runner's error."""
        match message.news:
            case View() as view:
                first = self.view is None or self.view.info.depth != view.info.depth
                self.view = view
                if first:  # a branch may have fewer layers
                    layer = min(self.choice.layer, view.info.depth)
                    self.choose(replace(self.choice, layer=layer))
                    self.call_after_refresh(self._settle)
                else:
                    self.redraw()
            case Proving(text) if self.view is not None and self.view.paused:
                self.view = replace(self.view, reason=text)
                self.redraw()
            case Written(name, content):
                self.deliver_binary(io.BytesIO(content), save_filename=name)
            case Said(line, text, wrong):
                if wrong:
                    self._bar.ask(line)
                self.push_screen(TextScreen(f":{line}", text))
            case Exception() as error:
                self.failure = error
                self.exit(return_code=1)

    async def _settle(self) -> None:
        """With the first numbers on the screen, do what was put off; garbage is collected again."""
        self.first_painted()
        there = {widget.panel for widget in self._panels()}
        missing = [PanelWidget(name) for name in panels_on(DEBUGGER) if name not in there]
        if missing and self.screen_stack and self.is_running:
            await self.screen_stack[0].mount_all(missing, before="#command")
            self._fit()
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    def _places(self) -> dict[str, Place]:
        depth = self.view.info.depth if self.view else 3
        width, height, tab = *self.size, self.choice.tab
        if self.look.present:
            return presented(width, height, tab, self.look)
        zoomed, prints = self.choice.zoomed, self.view is not None and self.view.prints
        return layout(width, height, tab, depth, zoomed, prints=prints)

    def place(self) -> None:
        """Give every panel its rectangle, or hide it."""
        places = self._places()
        for widget in self._panels():
            widget.stand(places.get(widget.panel))

    def redraw(self) -> None:
        """Hand the view to the panels that are seen."""
        if self.view is None:
            return
        seen = [widget for widget in self._panels() if widget.display]
        show_all(seen, self.view, self.choice, self.look)
        if (screen := self._other) is not None:
            screen.show(self.view, self.choice, self.look)

    @property
    def _other(self) -> PanelScreen | None:
        """The screen over the debugger's, if there is one."""
        return next((s for s in self.screen_stack if isinstance(s, PanelScreen)), None)

    @property
    def _bar(self) -> CommandBar:
        """The command line of the screen that is seen."""
        screen = self._other
        return screen.command_bar if screen else self.screen_stack[0].query_one(CommandBar)

    def _panels(self) -> Iterable[PanelWidget]:
        screens = self.screen_stack  # none any more while the application closes
        return [w for w in screens[0].children if isinstance(w, PanelWidget)] if screens else ()

    def choose(self, choice: Choice) -> None:
        """Change what is looked at, ask what it takes, and draw it."""
        before, self.choice = self.choice, choice
        screen = SCREENS.get(choice.screen)
        if choice.screen != before.screen:
            while self._other is not None:  # with the page that may lie over it
                self.pop_screen()
            if screen is not None:
                self.push_screen(screen(self._completions, self._typed))
        question = screen.question(choice) if screen else None
        if question != self._question:
            self._question = question
            self.runner.attend(question)
        self.place()
        self.redraw()

    def action_open(self, name: str) -> None:
        """Go to another screen."""
        if self.choice.screen != name:
            self.choose(replace(self.choice, screen=name, pane=""))

    def compare_with(self, branch: str) -> None:
        """Compare with a branch. May be called on any thread."""
        self.post_message(PanelScreen.Chose(screen=COMPARE, other=branch, pane=""))

    def get_default_screen(self) -> DebuggerScreen:
        """The debugger's own screen."""
        return DebuggerScreen(id="_default")

    def on_panel_screen_chose(self, message: PanelScreen.Chose) -> None:
        """Look at what was chosen there."""
        self.choose(replace(self.choice, **message.changes))

    def on_panel_screen_ordered(self, message: PanelScreen.Ordered) -> None:
        """Let the run do it."""
        self.order(message.order)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """The keys of the debugger's screen do nothing on another one; a colon is typed as one."""
        typing = isinstance(self.screen, ModalScreen) or self.focused is not None
        if action == "command" and typing:
            return False
        return self.choice.screen == DEBUGGER or action not in DEBUGGERS_OWN

    def action_command_palette(self) -> None:
        """Show all keys and commands by name."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def _completions(self, line: str) -> tuple[str, ...]:
        if self.view is None:
            return ()
        return completions(line, {**names(self.view), "verb": tuple(SCREEN_COMMANDS)})

    def get_system_commands(self, screen: Screen[None]) -> Iterable[SystemCommand]:
        """Every key's action and every typed command, for the palette."""
        yield SystemCommand("Theme", "Choose another theme", self.action_change_theme)
        for key in KEYS:
            if not key.works_on(self.choice.screen):
                continue
            owner = screen if key.screens and self._other else self

            async def act(action: str = key.action, owner: DOMNode = owner) -> None:
                await self.run_action(action, owner)

            yield SystemCommand(f"{key.help} ({key.shown})", key.group, act)
        typed: list[Command | ScreenCommand] = [*COMMANDS.values(), *SCREEN_COMMANDS.values()]
        for command in typed:

            def ask(name: str = command.name) -> None:
                self._bar.ask(f"{name} ")

            yield SystemCommand(f":{command.usage}", command.help, ask)

    def on_command_bar_entered(self, message: CommandBar.Entered) -> None:
        """Carry out a typed line."""
        self.action_leave_command()
        self.enter(message.line)

    def enter(self, line: str) -> None:
        """Carry out a line: what is about the screen here, anything else on the run's thread."""
        name, rest = words(line)
        command = SCREEN_COMMANDS.get(name)
        if command is None and name == "save" and self.is_web:
            self.order(Ask(save_for_browser(rest, self._receive)))
        elif command is None:
            self.order(Type(line))
        elif not self.say(lambda: command.carry_out(self, rest), f":{line}"):
            self._bar.ask(line)

    def say(self, act: Callable[[], str], title: str = "") -> bool:
        """Do something and say what came of it; whether it could be done."""
        try:
            said = act()
        except InputError as error:
            self.push_screen(TextScreen(title, str(error)))
            return False
        if said:
            self.notify(said, markup=False)
        return True

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
        self.push_screen(TextScreen(KEYS_TITLE, help_text(self.choice.screen)))

    def action_phase(self, by: int) -> None:
        """Do the next phase, or go one back; the phase pane comes up with it."""
        if self.choice.tab != "phase":
            self.action_tab(TABS.index("phase") + 1)
        self.order(PhaseStep(by))

    def action_go_on(self) -> None:
        """Do the script's next line; without one, train on or pause."""
        step = self.lecture.next()
        if step is None:
            self.action_play()
            return
        self.choose(replace(self.choice, cue=self.lecture.cue, pressed=step.echo))
        if step.key == "space":
            self.action_play()
        elif step.key:
            self.simulate_key(step.key)
        else:
            self.enter(step.text)

    def action_present(self) -> None:
        """Show one panel large and strong, for a projector; or everything again."""
        self.look = replace(self.look, present=not self.look.present)
        self._follow_look()

    def action_theme(self) -> None:
        """Change between dark and light."""
        self.say(lambda: self.change_theme(not self.look.dark))

    def change_theme(self, dark: bool) -> str:
        """Go dark or light; returns what to say."""
        if self._in_terminals_colors:
            return "this terminal's own colours are used"
        self.look = replace(self.look, dark=dark)
        self._follow_look()
        return ""

    def _follow_look(self) -> None:
        if not self._in_terminals_colors:
            self.theme = theme_name(dark=self.look.dark, present=self.look.present)
        self.place()
        self.redraw()

    def watch_theme(self, name: str) -> None:
        """Draw for the ground of the theme, whoever chose it."""
        self.look = replace(self.look, dark=self.current_theme.dark)
        self.call_after_refresh(self.redraw)

    async def on_event(self, event: events.Event) -> None:
        """Note the keys, for those who look on."""
        if isinstance(event, events.Key) and not event.is_forwarded and self.look.present:
            pressed = what_is_pressed(event.key, self.choice.screen)
            if self.focused is None and pressed:
                self.choose(replace(self.choice, pressed=pressed))
        await super().on_event(event)

    def text_of(self, what: str) -> str:
        """The text of something on the screen. Raises InputError where it isn't there."""
        if self.view is None:
            raise InputError("there is nothing to copy yet")
        widgets = {w.panel: w for w in (self._other or self.screen_stack[0]).query(PanelWidget)}
        seen = {name: widgets[name] for name in PANELS if name in widgets and widgets[name].display}
        panels = {n: "\n".join(map(str.rstrip, w.cells(w.size).lines)) for n, w in seen.items()}
        if not what:
            own = [name for name, panel in PANELS.items() if panel.screen and name in panels]
            chosen = [self.choice.tab] if self.choice.tab in panels else own
            return "\n\n".join(panels[name] for name in chosen)
        return text_of(what, self.view, self.choice.layer, panels)

    def action_copy(self, what: str) -> None:
        """Copy what is looked at, or the row of the chosen layer."""
        self.say(lambda: copy(self, self.text_of(what)))

    def action_export(self) -> None:
        """Draw the screen into a new file."""
        view = self.view
        stem = f"nnviz-{view.info.name}-{view.frame.index}" if view else "nnviz"
        self.say(lambda: self.export(next_name(stem)))

    def export(self, path: Path) -> str:
        """Draw the screen as SVG into a new file. Raises InputError."""
        return hand_out(self, path, self.export_screenshot())
