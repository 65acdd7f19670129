"""The one table of keys: bindings, footer, help, palette and documentation are made from it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """One action: Textual's names of its keys, how the key is written, what it does.

    `action` is the name of the app's `action_...`. `footer` keys stand at the foot of the screen.
    """

    keys: str
    shown: str
    action: str
    label: str
    help: str
    footer: bool = False


KEYS = (
    Key("n", "n", "step", "next", "do the next iteration", footer=True),
    Key("N", "N", "step_back", "back", "go one iteration back", footer=True),
    Key("c,space", "space", "play", "run/pause", "train on, or pause", footer=True),
    Key("f", "f", "finish", "+10", "train ten iterations, or to the end of the epoch", footer=True),
    Key("left", "←", "scrub(-1)", "back", "look at the iteration before"),
    Key("right", "→", "scrub(1)", "on", "look at the next recorded iteration"),
    Key("pageup", "PgUp", "scrub(-10)", "back 10", "look ten iterations back"),
    Key("pagedown", "PgDn", "scrub(10)", "on 10", "look ten iterations on"),
    Key("home", "Home", "first", "first", "go to the first iteration"),
    Key("end", "End", "live", "live", "go to the latest iteration"),
    Key("j,down", "j", "layer(1)", "layer down", "choose the next layer"),
    Key("k,up", "k", "layer(-1)", "layer up", "choose the layer before"),
    Key("m", "m", "picture", "picture", "picture: activation, weight or update", footer=True),
    Key("1", "1", "tab(1)", "pictures", "show the pictures"),
    Key("2", "2", "tab(2)", "curves", "show the curves"),
    Key("3", "3", "tab(3)", "confusion", "show the confusion matrix"),
    Key("4", "4", "tab(4)", "phase", "show the phases of an iteration"),
    Key("tab", "Tab", "next_tab", "next tab", "show the next tab", footer=True),
    Key("z", "z", "zoom", "zoom", "enlarge the panel, or all panels again", footer=True),
    Key("plus,equals_sign", "+", "speed(1)", "faster", "train faster"),
    Key("minus", "-", "speed(-1)", "slower", "train slower"),
    Key("ctrl+c", "Ctrl-C", "interrupt", "pause", "pause; twice within a second: quit"),
    Key("q", "q", "quit", "quit", "quit", footer=True),
)

FOOTER = tuple(key for key in KEYS if key.footer)
