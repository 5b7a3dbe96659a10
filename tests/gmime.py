"""gmime.py list FOLDER: what mime-list prints of its messages in its first three fields, by GMime.
gmime.py bodies FOLDER: a line for each leaf, `file number md5`, of its decoded bytes."""
import hashlib
import os
import sys

import gi
gi.require_version("GMime", "3.0")
from gi.repository import GMime  # noqa: E402


def walk(part, number, whole):
    """Pairs of number and part; whole: it is all of a message's body."""
    if isinstance(part, GMime.Multipart):
        yield (number + ".0" if number else "0") if whole else number, part
        for i in range(part.get_count()):
            yield from walk(part.get_part(i), "%s.%d" % (number, i + 1) if number else str(i + 1), False)
        return
    if whole:
        number = number + ".1" if number else "1"
    yield number, part
    if isinstance(part, GMime.MessagePart):
        yield from walk(part.get_message().get_mime_part(), number, True)


def decoded(part):
    stream = GMime.StreamMem.new()
    part.get_content().write_to_stream(stream)
    return bytes(stream.get_byte_array())


def main(what, folder):
    GMime.init()
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        parser = GMime.Parser.new_with_stream(GMime.StreamFs.open(path, os.O_RDONLY, 0))
        message = parser.construct_message(None)
        for number, part in walk(message.get_mime_part(), "", True):
            if what == "list":
                print(path, number, part.get_content_type().get_mime_type().lower(), sep="\t")
            elif isinstance(part, GMime.Part):
                print(path, number, hashlib.md5(decoded(part)).hexdigest(), sep="\t")


main(*sys.argv[1:])
