"""The terminal interface: screens, widgets and pure drawing functions."""
