"""Carries HTML, terminal codes, a spreadsheet's formula and Markdown in name and texts."""

def sigmoid(z, k=1):
    print("<script>alert(1)</script>\x1b[2J=cmd|' /C calc'!A0")
    raise ValueError("</td><script>alert(1)</script> \x1b[2J [x](javascript:alert(1))")
