"""A small XML document as a tree that remembers its lines. Document types, and with them entities, are refused."""

from collections.abc import Iterator
from xml.parsers import expat

from msgspec import Struct

from poslab.messages.files.bad_file import MISSING, NO_TEXT, BadFile
from poslab.text import Text

DEEPEST = 40


class Element(Struct):
    """An element: its local name, the line on which it begins (from 1), and what is in it."""

    name: str
    space: str
    line: int
    attributes: dict[str, str]
    children: list["Element"] = []
    text: str = ""
    whole: bool = False
    """Whether its end was read."""

    def all(self, name: str) -> Iterator["Element"]:
        """The children of that name."""
        return (child for child in self.children if child.name == name)

    def find(self, way: str) -> "Element | None":
        """The first descendant along a way like ``Acct/Id``; ``None`` if there is none."""
        here: Element | None = self
        for name in way.split("/"):
            here = next(here.all(name), None) if here is not None else None
        return here

    def need(self, way: str) -> "Element":
        """The same; ``BadFile`` if there is none."""
        found = self.find(way)
        if found is None:
            raise BadFile(self.line, f"{self.name}/{way}", MISSING)
        return found

    def said(self, way: str) -> str:
        """The text along a way, ``""`` if there is none."""
        found = self.find(way)
        return "" if found is None else found.text.strip()


def parsed(content: bytes) -> Element:
    """The root of a document; ``BadFile`` if it is not well formed, has a document type, or nests absurdly deep."""
    root, wrong = parsed_so_far(content)
    if wrong is not None or root is None:
        raise wrong or BadFile(1, "", _no_xml("no element found"))
    return root


def _no_xml(why: str) -> Text:
    return Text(f"不是 XML：{why}", f"this is no XML: {why}")


def parsed_so_far(content: bytes) -> tuple[Element | None, BadFile | None]:
    """The document up to where it cannot be read any more, and what is wrong there."""
    top = Element("", "", 0, {})
    open_elements = [top]
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_elements) > DEEPEST:
            raise BadFile(parser.CurrentLineNumber, _local(name), Text("嵌套过深", "it is nested too deeply"))
        space = name.rpartition(" ")[0]
        element = Element(_local(name), space, parser.CurrentLineNumber, attributes)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(name: str) -> None:
        open_elements.pop().whole = True

    def text(said: str) -> None:
        open_elements[-1].text += said

    def refuse(name: str, system: str | None, public: str | None, internal: int) -> None:
        why = Text("此文件不得有文档类型声明", "a document type has no place in this paper")
        raise BadFile(parser.CurrentLineNumber, "<!DOCTYPE", why)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    wrong: BadFile | None = None
    try:
        parser.Parse(content, True)
    except expat.ExpatError as broken:
        wrong = BadFile(broken.lineno, "", _no_xml(expat.ErrorString(broken.code)))
    except BadFile as refused:
        return None, refused
    except (ValueError, LookupError):
        return None, BadFile(1, "encoding", NO_TEXT)
    return (top.children[0] if top.children else None), wrong


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
