"""What runs inside the sandbox, in a process of its own, with numpy and nothing of ours outside.

The parent sends these modules through a pipe as compiled code, so that they need no readable file;
they import each other and the standard library only.
"""
