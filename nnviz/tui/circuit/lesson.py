"""Where somebody is in a circuit: how many boxes are filled, what was tried, what to say now."""

from dataclasses import dataclass, field, replace

from nnviz.circuit import Circuit, steps
from nnviz.circuit.quiz import Judgement, Outcome, judge, order, texts_until


@dataclass(frozen=True)
class Lesson:
    """A circuit with its first `filled` boxes filled; in a quiz the next one is asked for.

    `first_try` and `tried` count the boxes of the quiz that were right at once, and all of them;
    `missed` says that the present box was tried before.
    """

    circuit: Circuit
    filled: int = 0
    quiz: bool = False
    said: str = ""
    outcome: Outcome | None = None
    first_try: int = 0
    tried: int = 0
    missed: bool = False
    boxes: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "boxes", order(self.circuit))

    @property
    def done(self) -> bool:
        """Whether every box is filled."""
        return self.filled == len(self.boxes)

    @property
    def focus(self) -> str:
        """The box to look at: the one asked for in a quiz, else the one just filled."""
        if self.quiz and not self.done:
            return self.boxes[self.filled]
        return self.boxes[self.filled - 1] if self.filled else ""

    @property
    def texts(self) -> dict[str, str]:
        """What stands in the boxes."""
        shown = texts_until(self.circuit, self.filled)
        return shown | {self.focus: "?"} if self.quiz and not self.done else shown

    @property
    def message(self) -> str:
        """The sentence under the circuit."""
        if self.said:
            return self.said
        if self.quiz:
            score = f"{self.first_try} of {self.tried} right at the first try"
            if self.done:
                return f"All boxes are filled: {score}."
            return f"What is {self.focus}? Type a number, or Enter for its rule."
        if not self.filled:
            return "Forwards first: n fills a box, N empties it again, t asks you instead."
        return str(steps(self.circuit)[self.filled - 1])

    def step(self, by: int) -> "Lesson":
        """Fill or empty boxes; out of a quiz."""
        filled = min(max(self.filled + by, 0), len(self.boxes))
        return Lesson(self.circuit, filled)

    def toggle_quiz(self) -> "Lesson":
        """Ask for the next box, or stop asking. A full circuit is asked from its first box on."""
        return Lesson(self.circuit, 0 if self.done else self.filled, quiz=not self.quiz)

    def answer(self, typed: str) -> "Lesson":
        """Judge a typed value: a right one fills the box, a wrong one gets a hint."""
        if self.done:
            return self
        judgement: Judgement = judge(self.circuit, self.focus, typed)
        if judgement.outcome is Outcome.RIGHT:
            return replace(
                self,
                filled=self.filled + 1,
                said="" if self.filled + 1 == len(self.boxes) else self._praise(),
                outcome=judgement.outcome,
                first_try=self.first_try + (not self.missed),
                tried=self.tried + 1,
                missed=False,
            )
        asked = judgement.outcome in (Outcome.EMPTY, Outcome.UNREADABLE)
        return replace(
            self,
            said=judgement.text,
            outcome=judgement.outcome,
            missed=self.missed or not asked,
        )

    def _praise(self) -> str:
        rule = steps(self.circuit)[self.filled]
        return f"Right: {rule}. Next: {self.boxes[self.filled + 1]}?"
