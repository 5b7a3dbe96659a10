"""footer.py corpus FOLDER COUNT: as many messages of random shape, always the same ones; more than mime.py has: with CRLFs, cut off,
of format=flowed, in other charsets, signed.
footer.py check BEFORE AFTER FOOTER: whether messages of the same names have the same parts with the same bytes, decoded by
Python's email, and the text of FOOTER at their end or in one more part; of those that may not be changed, the same body. Prints
how many there are of each kind."""
import collections
import email
import email.policy
import os
import random
import subprocess
import sys

R = random.Random(5)
SEALED = {"multipart/signed", "multipart/encrypted", "application/pkcs7-mime", "message/partial"}


def text():
    body = b"".join(bytes(R.choice(b"abc xyz=.->") for _ in range(R.randrange(0, 60))) + b"\n" for _ in range(R.randrange(5)))
    return body + R.choice([b"", b"no end", b"flows \n", b"flows ", b"\n\n", b"-- \nsig\n", b"sig"])


def quoted(body):
    import quopri
    return quopri.encodestring(body) + R.choice([b"", b"soft=\n", b"soft=  \n", b"soft=", b"=\n", b"no end", b"=C3=A9"])


def single():
    kind = R.choice([b"", b"7bit", b"8bit", b"binary", b"quoted-printable"])
    type = R.choice([b"", b"text/plain", b"text/plain; charset=utf-8", b"text/plain; charset=iso-8859-1", b"Text/Plain; charset=\"UTF-8\"; format=flowed",
                     b"text/plain; format=flowed; delsp=yes; charset=utf-8", b"text/plain; charset=utf-16", b"text/plain; charset=iso-2022-jp",
                     b"text/plain; charset=x-none", b"text/plain; name=file.txt", b"text/html; charset=utf-8", b"application/pkcs7-mime", b"garbage"])
    head = b"Content-Type: " + type + b"\n" if type else b""
    body = text()
    if kind:
        head += b"Content-Transfer-Encoding: " + kind + b"\n"
    if kind in (b"8bit", b"binary"):
        body += b"\xc3\xa9" * R.randrange(3)
    return head + R.choice([b"", b"Content-Length: 7\n", b"MIME-Version: 1.0\n"]) + b"\n" + (quoted(body) if kind == b"quoted-printable" else body)


def sealed():
    type = R.choice([b"multipart/signed", b"multipart/encrypted"])
    return b"Content-Type: " + type + b"; boundary=b\n\n--b\n\n" + text() + b"\n--b\nContent-Type: application/pgp-signature\n\n" + text() + b"\n--b--\n"


def crlf(message):
    return message.replace(b"\n", b"\r\n")


def corpus(folder, count):
    subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "mime.py"), "corpus", folder, str(count)], check=True)
    for i, name in enumerate(sorted(os.listdir(folder))):
        path = os.path.join(folder, name)
        with open(path, "rb") as f:
            message = f.read()
        if i % 3 == 1:
            message = b"From: a@b.example\nSubject: x\n" + (sealed() if R.random() < .1 else single())
        if R.random() < .3:
            message = message.rstrip(b"\n")
        if R.random() < .3:
            message = crlf(message)
        with open(path, "wb") as f:
            f.write(message)


def leaves(m):
    return [(p.get_content_type(), p.get_payload(decode=True)) for p in m.walk() if not p.is_multipart()]


def body(message):
    return message.replace(b"\r\n", b"\n").partition(b"\n\n")[2]


def what_happened(before, after, footer):
    old, new = (email.message_from_bytes(m, policy=email.policy.compat32) for m in (before, after))
    was, now = leaves(old), leaves(new)
    if old.get_content_type() in SEALED:
        return "sealed" if body(before) == body(after) and old["Content-Type"] == new["Content-Type"] else None
    if len(now) == len(was) + 1 and now[:-1] == was and now[-1][0] == "text/plain" and lf(now[-1][1]).rstrip() == footer.rstrip():
        if new.defects or any(p.defects for p in new.walk()) and not any(p.defects for p in old.walk()):
            return None
        return "part" if old.get_content_type() == "multipart/mixed" else "wrapped"
    if len(now) == len(was) == 1 and now[0][1].startswith(was[0][1]):
        added = lf(now[0][1][len(was[0][1]):])
        if old.get_param("format") == "flowed":
            added = b"\n".join(line[line.startswith(b" "):] for line in added.split(b"\n"))
        if added.startswith(b"\n") and added.strip() == footer.strip() and old.get_param("charset") == new.get_param("charset"):
            return "text"
    return None


def lf(data):
    return data.replace(b"\r\n", b"\n")


def check(before, after, footer):
    counts, wrong = collections.Counter(), 0
    with open(footer, "rb") as f:
        footer = f.read()
    for name in sorted(os.listdir(before)):
        with open(os.path.join(before, name), "rb") as a, open(os.path.join(after, name), "rb") as b:
            kind = what_happened(a.read(), b.read(), footer)
        if kind is None:
            print("not as it should be:", name)
            wrong += 1
        counts[kind] += 1
    print(" ".join("%s=%d" % c for c in sorted(counts.items(), key=str)))
    return wrong > 0


if sys.argv[1] == "corpus":
    corpus(sys.argv[2], int(sys.argv[3]))
else:
    sys.exit(check(*sys.argv[2:]))
