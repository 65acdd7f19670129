"""The one table of keys: bindings, footer, help, palette and documentation are made from it."""

from dataclasses import dataclass

from nnviz.tui.state import COMPARE, DEBUGGER, LAYER, SAMPLE

ARROWS = {"←": "Left", "→": "Right", "↑": "Up", "↓": "Down"}


@dataclass(frozen=True)
class Key:
    """One action: Textual's names of its keys, how the key is written, what it does.

    `action` is the name of an `action_...`: of the app, or of the screen where `screens` names
    other ones than the debugger's. A key without `screens` works on all, except where one of them
    has its own use for it. `footer` keys stand at the foot of the screen. `group` is the heading in
    the help.
    """

    keys: str
    shown: str
    action: str
    label: str
    help: str
    group: str
    footer: bool = False
    screens: tuple[str, ...] = ()

    def written(self, ascii: bool) -> str:
        """How the key is written, where only ASCII can be shown in words."""
        return ARROWS.get(self.shown, self.shown) if ascii else self.shown

    def works_on(self, screen: str) -> bool:
        """Whether the key does something there."""
        return not self.screens or screen in self.screens


STEP, LOOK, ASK, APP = "Step", "Look", "Ask", "The program"
ON_LAYER, ON_SAMPLE, ON_TWO = "On a layer", "On a sample", "On two branches"
MAIN = (DEBUGGER,)
ON_L, ON_S, ON_C = (LAYER,), (SAMPLE,), (COMPARE,)
OTHERS = (LAYER, SAMPLE, COMPARE)

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
    Key("c", "c", "play", "run", "train on to a breakpoint, or pause", STEP),
    Key(
        "space",
        "space",
        "go_on",
        "run",
        "train on or pause; with a script, do its next line",
        STEP,
        True,
    ),
    Key("C", "C", "play_back", "run back", "go back to where a breakpoint stops", STEP),
    Key("plus,equals_sign", "+", "speed(1)", "faster", "train faster", STEP),
    Key("minus", "-", "speed(-1)", "slower", "train slower", STEP),
    Key("left", "←", "scrub(-1)", "back 1", "look at the iteration before", LOOK),
    Key("right", "→", "scrub(1)", "on 1", "look at the next recorded iteration", LOOK),
    Key("pageup", "PgUp", "scrub(-10)", "back 10", "look ten iterations back", LOOK),
    Key("pagedown", "PgDn", "scrub(10)", "on 10", "look ten iterations on", LOOK),
    Key("home", "Home", "first", "first", "go to the first iteration", LOOK),
    Key("end", "End", "live", "live", "go to the latest iteration", LOOK),
    Key("comma", ",", "finding(-1)", "finding", "go back to where something got worse", LOOK),
    Key("full_stop", ".", "finding(1)", "finding", "go on to where something gets worse", LOOK),
    Key("j,down", "j", "layer(1)", "layer down", "choose the next layer", LOOK),
    Key("k,up", "k", "layer(-1)", "layer up", "choose the layer before", LOOK),
    Key(
        "m",
        "m",
        "picture",
        "picture",
        "pictures: all, or one kind of all layers; curves: the next statistic",
        LOOK,
        screens=MAIN,
    ),
    Key("tab", "Tab", "next_tab", "tabs", "show the next tab", LOOK, True, MAIN),
    Key("1", "1", "tab(1)", "pictures", "show the pictures", LOOK, screens=MAIN),
    Key("2", "2", "tab(2)", "curves", "show the curves", LOOK, screens=MAIN),
    Key("3", "3", "tab(3)", "confusion", "show the confusion matrix", LOOK, screens=MAIN),
    Key("4", "4", "tab(4)", "findings", "show what is wrong, and the remedy", LOOK, screens=MAIN),
    Key("5", "5", "tab(5)", "phase", "show the phase with its arrays", LOOK, screens=MAIN),
    Key(
        "6",
        "6",
        "tab(6)",
        "breakpoints",
        "show breakpoints, watches and branches",
        LOOK,
        screens=MAIN,
    ),
    Key("7", "7", "printed", "printed", "show what a program has printed", LOOK, screens=MAIN),
    Key("z", "z", "zoom", "zoom", "enlarge the tab, or show all again", LOOK, screens=MAIN),
    Key("enter", "Enter", "open('layer')", "layer", "look into the chosen layer", LOOK),
    Key(
        "colon", ":", "command", "command", "type a command, such as break L1.dead > 10%", ASK, True
    ),
    Key("b", "b", "break_here", "break", "type a breakpoint on the chosen layer", ASK),
    Key(
        "B",
        "B",
        "tab(6)",
        "breakpoints",
        "list breakpoints, watches and branches",
        ASK,
        screens=MAIN,
    ),
    Key("P", "P", "prove", "prove", "try the remedies of the gravest finding on a fork", ASK),
    Key("y", "y", "copy('')", "copy", "copy the text of the panel", ASK),
    Key("Y", "Y", "copy('row')", "copy row", "copy the numbers of the layer's row", ASK),
    Key("e", "e", "export", "picture", "draw the screen into a new SVG file", ASK),
    Key("p", "p", "present", "projector", "one panel, large, for a projector; and back", APP),
    Key("T", "T", "theme", "theme", "change between dark and light", APP),
    Key("question_mark", "?", "help", "help", "show the keys", APP, True),
    Key("ctrl+c", "Ctrl-C", "interrupt", "pause", "pause; twice within a second: quit", APP),
    Key("q", "q", "quit", "quit", "quit", APP, True),
    Key("x", "x", "open('compare')", "compare", "compare two branches in lockstep", LOOK),
    Key("i", "i", "open('sample')", "sample", "follow one sample through the net", LOOK),
    Key("left,h", "←", "unit(-1, 0)", "unit", "the unit to the left", ON_LAYER, screens=ON_L),
    Key("right,l", "→", "unit(1, 0)", "unit", "the unit to the right", ON_LAYER, screens=ON_L),
    Key("up", "↑", "unit(0, -1)", "unit", "the unit above", ON_LAYER, screens=ON_L),
    Key("down", "↓", "unit(0, 1)", "unit", "the unit below", ON_LAYER, screens=ON_L),
    Key("u", "u", "marked", "next dead", "the next unit dead or saturated", ON_LAYER, True, ON_L),
    Key(
        "g", "g", "since", "when it died", "go to where it died, or saturated", ON_LAYER, True, ON_L
    ),
    Key(
        "tab", "Tab", "pane", "values/units", "show the values, or the units", ON_LAYER, True, ON_L
    ),
    Key("left", "←", "move(-1, 0)", "sample", "sample or cell before", ON_SAMPLE, screens=ON_S),
    Key("right", "→", "move(1, 0)", "sample", "next sample or cell", ON_SAMPLE, True, ON_S),
    Key("up", "↑", "move(0, -1)", "cell", "the cell above", ON_SAMPLE, screens=ON_S),
    Key("down", "↓", "move(0, 1)", "cell", "the cell below", ON_SAMPLE, screens=ON_S),
    Key("w", "w", "wrong(1)", "wrong", "the next misclassified sample", ON_SAMPLE, True, ON_S),
    Key("W", "W", "wrong(-1)", "wrong", "the misclassified one before", ON_SAMPLE, screens=ON_S),
    Key("t", "t", "part", "train/test", "training or test samples", ON_SAMPLE, True, ON_S),
    Key("tab", "Tab", "pane", "confusion", "move in the confusion matrix", ON_SAMPLE, True, ON_S),
    Key("enter", "Enter", "open_cell", "cell", "the samples of the cell", ON_SAMPLE, True, ON_S),
    Key("a", "a", "all", "all", "walk through all samples again", ON_SAMPLE, screens=ON_S),
    Key("m", "m", "kind", "picture", "weights, updates or activations", ON_TWO, True, ON_C),
    Key("e", "e", "magnify", "enlarge", "give A - B a scale of its own", ON_TWO, True, ON_C),
    Key("g", "g", "parting", "where they part", "go to where they part", ON_TWO, True, ON_C),
    Key("o", "o", "other", "other branch", "compare with the next branch", ON_TWO, True, ON_C),
    Key("tab", "Tab", "pane", "curves", "the curves, or the pictures", ON_TWO, True, ON_C),
    Key("escape", "Esc", "leave", "back", "go back to the debugger", LOOK, True, OTHERS),
)


def footer(screen: str) -> tuple[Key, ...]:
    """The keys at the foot of a screen: its own ones first."""
    keys = [key for key in KEYS if key.footer and key.works_on(screen)]
    return tuple(sorted(keys, key=lambda key: screen != DEBUGGER and not key.screens))
