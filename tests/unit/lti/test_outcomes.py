from decimal import Decimal

import pytest

from lms.lti.outcomes import parse_status, request_xml

ANSWER = (
    '<?xml version="1.0"?>{}<imsx_POXEnvelopeResponse xmlns="http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0">'
    "<imsx_POXHeader><imsx_POXResponseHeaderInfo><imsx_statusInfo><imsx_codeMajor>{}</imsx_codeMajor>"
    "<imsx_description>{}</imsx_description><imsx_messageRefIdentifier>m1</imsx_messageRefIdentifier>"
    "</imsx_statusInfo></imsx_POXResponseHeaderInfo></imsx_POXHeader></imsx_POXEnvelopeResponse>"
)


def test_status_is_read() -> None:
    assert parse_status(ANSWER.format("", "failure", "No such pupil").encode()) == ("failure", "No such pupil", "m1")


@pytest.mark.case("O14")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"<a/>",
        ANSWER.format('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "success", "&x;").encode(),
        ANSWER.format('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">', "success", "").encode(),
        ANSWER.format("<!DOCTYPE a>", "success", "").encode(),
    ],
)
def test_what_is_no_plain_answer_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_status(body)


@pytest.mark.case("O12")
@pytest.mark.parametrize(("share", "text"), [("0", "0"), ("1", "1"), ("0.5", "0.5"), ("0.3333333", "0.333333")])
def test_share_is_written_plainly(share: str, text: str) -> None:
    assert f"<textString>{text}</textString>".encode() in request_xml("s", Decimal(share), "m")


@pytest.mark.case("O12")
@pytest.mark.parametrize("share", ["-0.1", "1.01", "NaN", "Infinity"])
def test_share_outside_its_range_is_an_error(share: str) -> None:
    with pytest.raises(ValueError, match="not a share"):
        request_xml("s", Decimal(share), "m")


def test_sourced_id_is_escaped() -> None:
    assert b"a&lt;b&amp;c" in request_xml("a<b&c", Decimal(1), "m")
