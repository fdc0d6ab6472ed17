"""How versions differ, for a reader."""

from newsdesk.wording import difference

OLD = " ".join(f"слово{number}" for number in range(40))


def test_a_changed_word_stands_between_a_few_that_did_not_change() -> None:
    (place,) = difference(OLD, OLD.replace("слово20", "інше"))
    assert place == (
        "… слово14 слово15 слово16 слово17 слово18 слово19 [-слово20-] {+інше+}"
        " слово21 слово22 слово23 слово24 слово25 слово26 …"
    )


def test_words_are_compared_not_signs_or_blanks() -> None:
    assert list(difference("189 полонених", "190 полонених")) == ["[-189-] {+190+} полонених"]
    assert list(difference("Обмін\nвідбувся", "Обмін  відбувся")) == []


def test_changes_far_apart_are_places_of_their_own() -> None:
    changed = OLD.replace("слово2 ", "перше ").replace("слово38", "друге")
    assert len(list(difference(OLD, changed))) == 2


def test_words_taken_out_and_put_in_alone() -> None:
    assert list(difference("а б в", "а в")) == ["а [-б-] в"]
    assert list(difference("а в", "а б в")) == ["а {+б+} в"]


def test_a_new_text_is_cut_with_the_number_of_its_words() -> None:
    (place,) = difference("", " ".join("слово" for _ in range(500)))
    assert place.endswith("… (500 words)+}")
