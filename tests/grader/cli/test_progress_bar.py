import io

from grader.cli.progress_bar import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def told(stream, times, shares):
    clock = iter(times)
    with Progress("surveying", stream, lambda: next(clock)) as progress:
        for share in shares:
            progress.at(share)
    return stream.getvalue()


def test_a_terminal_s_line_is_written_over_and_gone_at_the_end():
    text = told(Terminal(), [0, 1, 4, 5, 40], [0.05, 0.1, 0.2, 0.5])
    assert text == "\rsurveying: 10%, about 36 s left\x1b[K\rsurveying: 50%, about 40 s left\x1b[K\r\x1b[K"


def test_a_file_gets_a_line_now_and_then():
    text = told(io.StringIO(), [0, 10, 40, 50, 400], [0.01, 0.1, 0.2, 0.5])
    assert text == "surveying: 10%, about 6 min left\nsurveying: 50%, about 7 min left\n"


def test_what_is_done_is_told_in_place_of_the_share_and_a_terminal_is_told_at_once():
    for stream, text in ((Terminal(), "\rsurveying: program 1 of 4\x1b[K\r\x1b[K"), (io.StringIO(), "")):
        with Progress("surveying", stream, lambda: 0.0) as progress:
            progress.at(0.0, "program 1 of 4")
            progress.at(0.25, "program 2 of 4")
        assert stream.getvalue() == text


def test_work_in_pieces_has_a_rate():
    clock, stream = iter([0, 10, 40, 50, 400]), io.StringIO()
    with Progress("grading", stream, lambda: next(clock)) as progress:
        for done in (1, 20, 21, 390):
            progress.of(done, 400)
    assert stream.getvalue() == (
        "grading: 20 of 400, 30 a minute, about 13 min left\ngrading: 390 of 400, 58 a minute, about 10 s left\n"
    )


def test_what_is_written_meanwhile_stands_clear_of_the_line(capsys):
    stream = Terminal()
    with Progress("surveying", stream, lambda: 0.0) as progress:
        progress.write("a row")
    assert capsys.readouterr().out == "a row\n"
    assert stream.getvalue() == "\r\x1b[K\r\x1b[K"
