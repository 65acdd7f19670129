"""The themes: dark and light, each also for a projector, where nothing may be faint."""

from textual.app import App
from textual.theme import Theme

BLACK = Theme(
    name="projector-dark",
    primary="#56b4e9",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
)
WHITE = Theme(
    name="projector-light",
    primary="#0067a6",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#e4e4e4",
    dark=False,
)


def theme_name(*, dark: bool, present: bool) -> str:
    """The theme for a dark or light ground, and for a projector."""
    if present:
        return (BLACK if dark else WHITE).name
    return "textual-dark" if dark else "textual-light"


def set_up_themes(app: App[None]) -> None:
    """Add our themes; take away those that are black on black once an app has other colours."""
    for theme in (BLACK, WHITE):
        app.register_theme(theme)
    for name, theme in app.available_themes.items():
        if theme.ansi:
            app.unregister_theme(name)
