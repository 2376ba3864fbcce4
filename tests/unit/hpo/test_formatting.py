"""What is known of a study, in words."""

import pytest

from hpo import formatting


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (600, "10 min"), (5399, "90 min"), (5400, "1.5 h")],
)
def test_durations_in_words(seconds: float, said: str) -> None:
    """Seconds, minutes or hours, whichever a person would say."""
    assert formatting.duration(seconds) == said


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("learning_rate=0.01 2 x 3 (95%)", "learning_rate=0.01 2 x 3 (95%)"),
        ("_x_ __init__ a__b c_", r"\_x\_ \_\_init\_\_ a\_\_b c\_"),
        ("*a* `b` <c> [d](e) f|g", r"\*a\* \`b\` \<c> \[d](e) f\|g"),
        ("~~a~~ $b$ &lt; \\*", r"\~\~a\~\~ \$b\$ \&lt; \\\*"),
        (" two\nlines ", "two lines"),
    ],
)
def test_what_is_markup_in_markdown_is_marked(said: str, written: str) -> None:
    """All of it, and nothing else: what is written stays legible as it is."""
    assert formatting.unmarked(said) == written


def test_what_a_terminal_would_obey_is_not_printed() -> None:
    """Lines stay lines."""
    assert formatting.printable("a\x1b[31mb\r\nc\x07") == "a\ufffd[31mb\ufffd\nc\ufffd"


@pytest.mark.parametrize(
    ("printed", "left"),
    [
        ("one\ntwo\n\n", "one\ntwo"),
        ("a\r\nb\r\n", "a\nb"),
        (" 10%|#\r 50%|##\r100%|###\r\nfit", "100%|###\nfit"),
        ("\x1b[1m\x1b[31mred\x1b[0m\tand \x1b]0;title\x07", "red     and \ufffd]0;title\ufffd"),
    ],
)
def test_what_a_program_leaves_on_a_screen(printed: str, left: str) -> None:
    """Lines that were written over are gone, and so are colours; nothing else does anything."""
    assert formatting.as_left_on_screen(printed) == left


def test_the_first_line_of_a_reason() -> None:
    """What follows is a traceback; that nothing is known is said."""
    assert formatting.first_line("\nValueError: no\n  File ...") == "ValueError: no"
    lost = "the child was killed by SIGKILL; it last printed:\nhere comes die"
    assert formatting.first_line(lost) == "the child was killed by SIGKILL"
    assert formatting.first_line(" \n") == formatting.first_line(None) == "no reason is known"
