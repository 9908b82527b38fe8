"""A rough reading of C++ for the house rules: enough for code that clang-format has laid out."""

import re

TOKEN = re.compile(
    r"""//[^\n]*
      |/\*.*?\*/
      |R"(?P<tag>[^()\s]*)\(.*?\)(?P=tag)"
      |"(?:\\.|[^"\\\n])*"
      |(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'
    """,
    re.DOTALL | re.VERBOSE,
)


RAW_STRING = re.compile(r'\bR"(?P<tag>[^()\s]*)\(.*?\)(?P=tag)"', re.DOTALL)


def without_raw_strings(text):
    return RAW_STRING.sub(lambda match: "\n" * match.group(0).count("\n"), text)


def without_comments_and_strings(text):
    """The same text, comments and the insides of literals blanked; line numbers stay."""

    def blank(match):
        found = match.group(0)
        if found.startswith("/"):
            return "\n" * found.count("\n") or " "
        return '""' + "\n" * found.count("\n")

    return TOKEN.sub(blank, text)


def matching_end(text, start):
    """The position behind the bracket that closes the one at `start`."""
    depth = 0
    for position in range(start, len(text)):
        if text[position] in "([{":
            depth += 1
        elif text[position] in ")]}":
            depth -= 1
            if depth == 0:
                return position + 1
    return len(text)



def function_name(head):
    """The name of the function whose head this is, or None for initializers and containers."""
    without_preprocessor = re.sub(r"^\s*#.*$", "", head, flags=re.MULTILINE)
    words = re.sub(r"\btemplate\s*<[^{;]*?>\s*(?=\w)", "", without_preprocessor).strip()
    if "(" not in words or re.match(r"(?:namespace|class|struct|union|enum)\b", words):
        return None
    if re.search(r"=\s*$", words):
        return None
    before = words[: words.index("(")].rstrip()
    name = re.search(r"[~\w:]+$|operator\S*$", before)
    if name is None:
        return None
    if name.group(0) in ("TEST", "TEST_F", "TEST_P"):
        return name.group(0) + words[words.index("(") : words.index(")") + 1]
    return name.group(0)


def functions(bare):
    """(name, first line, lines) of each function in text without comments and strings."""
    position, head_start = 0, 0
    while position < len(bare):
        character = bare[position]
        if character in ";}":
            head_start = position + 1
        elif character == "{":
            name = function_name(bare[head_start:position])
            if name is not None:
                end = matching_end(bare, position)
                head = bare[head_start:position]
                first = bare.count("\n", 0, head_start + len(head) - len(head.lstrip())) + 1
                last = bare.count("\n", 0, end - 1) + 1
                yield name, first, last - first + 1
                position = end - 1
            head_start = position + 1
        position += 1


def co_await_arguments(bare):
    """(position, text) of what stands in brackets in the operand of each co_await."""
    for match in re.finditer(r"\bco_await\b", bare):
        position = match.end()
        while position < len(bare) and bare[position] not in ";,)}":
            if bare[position] in "({[":
                end = matching_end(bare, position)
                # An operand in braces, Awaiter{...}, is no argument list.
                if bare[position] == "(":
                    yield match.start(), bare[position + 1 : end - 1]
                position = end
            else:
                position += 1


def switch_bodies(bare):
    """(position, text) of the body of each switch."""
    for match in re.finditer(r"\bswitch\s*\(", bare):
        body = bare.find("{", matching_end(bare, match.end() - 1))
        if body >= 0:
            yield match.start(), bare[body : matching_end(bare, body)]
