"""mime.py corpus FOLDER COUNT: as many messages of random shape, always the same ones.
mime.py list FOLDER: what mime-list prints of them in its first three fields, by Python's email.
mime.py bodies FOLDER: a line for each leaf, `file number md5`, of its decoded bytes."""
import email
import email.policy
import hashlib
import os
import random
import sys

R = random.Random(20261124)


def text(lines):
    return b"".join(bytes(R.choice(b"abc xyz=.-\xc3\xa9") for _ in range(R.randrange(0, 60))) + b"\n" for _ in range(lines))


def encoded(kind, data):
    import base64
    import quopri
    if kind == "base64":
        return base64.encodebytes(data)
    if kind == "quoted-printable":
        return quopri.encodestring(data)
    return data


def leaf():
    kind = R.choice(["7bit", "base64", "quoted-printable", "8bit", None])
    data = R.randbytes(R.randrange(0, 300)) if kind == "base64" else text(R.randrange(0, 8))
    head = b"Content-Type: " + R.choice([b"text/plain; charset=utf-8", b"text/html", b"application/octet-stream", b"image/png"]) + b"\n"
    if kind:
        head += b"Content-Transfer-Encoding: " + kind.encode() + b"\n"
    return head + b"\n" + encoded(kind, data)


def multipart(depth):
    boundary = b"=_%d" % R.randrange(10 ** 9)
    subtype = R.choice([b"mixed", b"alternative", b"related"])
    out = b"Content-Type: multipart/%s;\n\tboundary=\"%s\"\n\n" % (subtype, boundary)
    out += R.choice([b"", b"preamble\n"])
    for _ in range(R.randrange(1, 4)):
        out += b"--" + boundary + b"\n" + part(depth - 1) + b"\n"
    return out + b"--" + boundary + b"--\n" + R.choice([b"", b"epilogue\n"])


def message(depth):
    return b"From: a@b.example\nSubject: x\nMIME-Version: 1.0\n" + part(depth)


def part(depth):
    choice = R.random()
    if depth > 0 and choice < .5:
        return multipart(depth)
    if depth > 0 and choice < .6:
        return b"Content-Type: message/rfc822\n\n" + message(depth - 1)
    return leaf()


def corpus(folder, count):
    os.makedirs(folder)
    for i in range(count):
        with open("%s/%05d" % (folder, i), "wb") as f:
            f.write(message(4))


def walk(m, number, whole):
    """Pairs of number and part; whole: it is all of a message's body."""
    if m.get_content_maintype() == "multipart":
        yield (number + ".0" if number else "0") if whole else number, m
        for i, p in enumerate(m.get_payload(), 1):
            yield from walk(p, "%s.%d" % (number, i) if number else str(i), False)
        return
    if whole:
        number = number + ".1" if number else "1"
    yield number, m
    if m.get_content_type() == "message/rfc822":
        yield from walk(m.get_payload(0), number, True)


def messages(folder):
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as f:
            yield os.path.join(folder, name), email.message_from_binary_file(f, policy=email.policy.compat32)


def main(what, folder, *rest):
    if what == "corpus":
        return corpus(folder, int(rest[0]))
    for name, m in messages(folder):
        for number, p in walk(m, "", True):
            if what == "list":
                print(name, number, p.get_content_type(), sep="\t")
            elif not p.is_multipart():
                print(name, number, hashlib.md5(p.get_payload(decode=True)).hexdigest(), sep="\t")


main(*sys.argv[1:])
