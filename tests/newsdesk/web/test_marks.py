"""Evidence inside a text: nothing of the text is lost, whatever the spans."""

from hypothesis import given
from hypothesis import strategies as some

from newsdesk.web.marks import Mark, Role, paragraphs, pieces


def mark(start: int, end: int, name: str = "c1") -> Mark:
    return Mark(id=name, role=Role.CLAIM, start=start, end=end)


def test_overlapping_marks_share_a_piece() -> None:
    found = pieces("abcdef", [mark(0, 4, "c1"), mark(2, 6, "c2")])
    assert [(piece.text, [one.id for one in piece.marks]) for piece in found] == [
        ("ab", ["c1"]),
        ("cd", ["c1", "c2"]),
        ("ef", ["c2"]),
    ]


def test_a_mark_over_two_paragraphs_begins_once_and_ends_once() -> None:
    first, second = paragraphs("one two\n\nthree", [mark(4, 14)])
    assert [[one.id for one in piece.begins] for piece in first] == [[], ["c1"]]
    assert [piece.text for piece in second] == ["three"]
    assert [one.id for one in second[-1].ends] == ["c1"]
    assert not second[0].begins


def test_spans_outside_the_text_are_passed_over() -> None:
    assert [piece.marks for piece in pieces("abc", [mark(-1, 2), mark(2, 2), mark(2, 9)])] == [()]


@given(
    text=some.text(alphabet="ab \n", max_size=30),
    spans=some.lists(some.tuples(some.integers(-2, 32), some.integers(-2, 32)), max_size=6),
)
def test_pieces_put_together_are_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    marks = [mark(start, end, f"c{n}") for n, (start, end) in enumerate(spans)]
    assert "".join(piece.text for piece in pieces(text, marks)) == text
    shown = [one.id for piece in pieces(text, marks) for one in piece.begins]
    assert sorted(shown) == sorted(one.id for one in marks if 0 <= one.start < one.end <= len(text))
    lines = "".join("".join(piece.text for piece in one) for one in paragraphs(text, marks))
    assert lines.replace(" ", "") == text.replace(" ", "").replace("\n", "")
