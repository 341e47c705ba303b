"""The keys of one ``extract``: where a value is found in a page."""

import re
from typing import Annotated, Any, Self

import jmespath
from pydantic import PlainValidator, model_validator
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from loadtest.apps.extract import Extraction
from loadtest.apps.mistake import Mistake, Table, mistaken, show

__all__ = ["ExtractTable"]


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise mistaken(f"{show(value)} is not a string")
    return value


def _read_css(value: Any) -> str:
    css = _read_text(value)
    try:
        LexborHTMLParser("").css_first(css)
    except SelectolaxError:
        raise mistaken(f'{show(css)} is not a CSS selector, such as "script#data"') from None
    return css


def _read_regex(value: Any) -> re.Pattern[str]:
    text = _read_text(value)
    try:
        regex = re.compile(text)
    except re.error as error:
        raise mistaken(f"{show(text)} is not a regular expression: {error}") from None
    if regex.groups != 1:
        raise mistaken(f"{show(text)} has {regex.groups} groups, not the one (…) that holds the value")
    return regex


def _read_jmespath(value: Any) -> str:
    expression = _read_text(value)
    try:
        jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError as error:
        why = str(error).split("\n", 1)[0].removesuffix(":")
        raise mistaken(f"{show(expression)} is not a JMESPath expression: {why}") from None
    return expression


class ExtractTable(Table):
    """Where a value is found: ``css`` says in which element, ``regex`` or ``jmespath`` where in its text."""

    css: Annotated[str | None, PlainValidator(_read_css)] = None
    attr: str | None = None
    regex: Annotated[re.Pattern[str] | None, PlainValidator(_read_regex)] = None
    jmespath: Annotated[str | None, PlainValidator(_read_jmespath)] = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.css is None and self.regex is None and self.jmespath is None:
            raise mistaken('says nowhere to look; write regex = \'data-id="([^"]+)"\', css or jmespath')
        if self.attr is not None and self.css is None:
            raise mistaken([Mistake(("attr",), "needs css, which says whose attribute it is")])
        if self.regex is not None and self.jmespath is not None:
            raise mistaken([Mistake(("jmespath",), "there is regex already; write one of the two")])
        return self

    def prepare(self) -> Extraction:
        """Return what finds the value."""
        return Extraction(css=self.css, attr=self.attr, regex=self.regex, jmespath=self.jmespath)
