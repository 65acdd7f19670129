"""The one table of keys: bindings, footer, help, palette and documentation are made from it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """One action: Textual's names of its keys, how the key is written, what it does.

    `action` is the name of the app's `action_...`. `footer` keys stand at the foot of the screen,
    in the order of the table. `group` is the heading in the help.
    """

    keys: str
    shown: str
    action: str
    label: str
    help: str
    group: str
    footer: bool = False


STEP, LOOK, ASK, APP = "Step", "Look", "Ask", "The program"

KEYS = (
    Key("n", "n", "step", "next", "do the next iteration", STEP, True),
    Key("N", "N", "step_back", "back", "go one iteration back", STEP, True),
    Key(
        "s",
        "s",
        "phase(1)",
        "phase",
        "do the next phase: a layer forward, loss, backward",
        STEP,
        True,
    ),
    Key("S", "S", "phase(-1)", "phase back", "go one phase back", STEP),
    Key("f", "f", "finish", "+10", "train ten iterations, or to the end of the epoch", STEP, True),
    Key("c,space", "space", "play", "run/pause", "train on to a breakpoint, or pause", STEP, True),
    Key("C", "C", "play_back", "run back", "go back to where a breakpoint stops", STEP),
    Key("plus,equals_sign", "+", "speed(1)", "faster", "train faster", STEP),
    Key("minus", "-", "speed(-1)", "slower", "train slower", STEP),
    Key("left", "←", "scrub(-1)", "back 1", "look at the iteration before", LOOK),
    Key("right", "→", "scrub(1)", "on 1", "look at the next recorded iteration", LOOK),
    Key("pageup", "PgUp", "scrub(-10)", "back 10", "look ten iterations back", LOOK),
    Key("pagedown", "PgDn", "scrub(10)", "on 10", "look ten iterations on", LOOK),
    Key("home", "Home", "first", "first", "go to the first iteration", LOOK),
    Key("end", "End", "live", "live", "go to the latest iteration", LOOK),
    Key("j,down", "j", "layer(1)", "layer down", "choose the next layer", LOOK),
    Key("k,up", "k", "layer(-1)", "layer up", "choose the layer before", LOOK),
    Key("m", "m", "picture", "picture", "all pictures, or one kind of all layers", LOOK),
    Key("tab", "Tab", "next_tab", "next tab", "show the next tab", LOOK, True),
    Key("1", "1", "tab(1)", "pictures", "show the pictures", LOOK),
    Key("2", "2", "tab(2)", "curves", "show the curves", LOOK),
    Key("3", "3", "tab(3)", "confusion", "show the confusion matrix", LOOK),
    Key("4", "4", "tab(4)", "phase", "show the phase with its arrays", LOOK),
    Key("5", "5", "tab(5)", "breakpoints", "show breakpoints, watches and branches", LOOK),
    Key("z", "z", "zoom", "zoom", "enlarge the tab, or show all again", LOOK),
    Key(
        "colon", ":", "command", "command", "type a command, such as break L1.dead > 10%", ASK, True
    ),
    Key("b", "b", "break_here", "break", "type a breakpoint on the chosen layer", ASK),
    Key("B", "B", "tab(5)", "breakpoints", "list breakpoints, watches and branches", ASK),
    Key("question_mark", "?", "help", "help", "show the keys", APP, True),
    Key("ctrl+c", "Ctrl-C", "interrupt", "pause", "pause; twice within a second: quit", APP),
    Key("q", "q", "quit", "quit", "quit", APP, True),
)

FOOTER = tuple(key for key in KEYS if key.footer)
