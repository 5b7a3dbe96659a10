"""Signatures beside python3-dkim: signatures.py FOLDER COUNT, where rsa.pem, ed.pem and the file `records` are.

Random letters, signed by python3-dkim in each canonicalization and verified by dkim-verify, then the other way round. The first
line tells what was compared; each difference is a line."""
import base64
import os
import random
import subprocess
import sys

import dkim

folder, count = os.path.abspath(sys.argv[1]), int(sys.argv[2])
chance = random.Random(6376)
records = {}
for line in open(folder + "/records"):
    records[line.split()[0]] = "".join(line.split('"')[1::2]).encode()
# The package wants the seed alone, in base64; it ends what PKCS #8 has of it.
pem = [line.strip() for line in open(folder + "/ed.pem") if not line.startswith("-")]
seed = base64.b64encode(base64.b64decode("".join(pem))[-32:])
keys = {b"rsa": (b"rsa-sha256", open(folder + "/rsa.pem", "rb").read()), b"ed": (b"ed25519-sha256", seed)}


def words(most):
    """Words with all sorts of blanks between and behind them."""
    return "".join(chance.choice(["it", "was", "the", "best", ".", "ü", ">From "]) + chance.choice([" ", "  ", "\t", " \t ", "", " "])
                   for _ in range(chance.randrange(most)))


def letter():
    fields = ["From: Alice <alice@example.test>", "To: bob@there.example"]
    for name in ["Subject", "subject", "Date", "Message-ID", "X-Else", "Received", "Received", "List-Unsubscribe", "Reply-To"]:
        if chance.randrange(2):
            fields.append(name + chance.choice([":", ": ", ":  ", ":\t"]) + "\n\t".join("x" + words(6) for _ in range(1 + chance.randrange(3))))
    chance.shuffle(fields)
    body = "".join(words(9) + "\n" for _ in range(chance.randrange(8))) + "\n" * chance.randrange(3)
    return ("\n".join(fields) + "\n\n" + body).encode()


def write(name, content):
    with open(name, "wb") as file:
        file.write(content)


def theirs():
    os.mkdir(folder + "/theirs")
    for i in range(count):
        text, selector = letter(), chance.choice([b"rsa", b"ed"])
        canonical = tuple(chance.choice([b"simple", b"relaxed"]) for _ in range(2))
        wire = text.replace(b"\n", b"\r\n")
        field = dkim.sign(wire, selector, b"example.test", keys[selector][1], canonicalize=canonical,
                          signature_algorithm=keys[selector][0])
        signed = field + wire
        write("%s/theirs/%03d" % (folder, i), signed if i % 2 else signed.replace(b"\r\n", b"\n"))
    lines = subprocess.run(["dkim-verify", folder + "/theirs"], stdout=subprocess.PIPE).stdout.decode().splitlines()
    wrong = [line for line in lines if line.split("\t")[1] != "pass"]
    return len(lines), wrong


def ours():
    os.mkdir(folder + "/ours")
    names = ["%s/ours/%03d" % (folder, i) for i in range(count)]
    for i, name in enumerate(names):
        text = letter()
        write(name, text if i % 2 else text.replace(b"\n", b"\r\n"))
    lines = subprocess.run("dkim-sign -j -d example.test -s rsa -k rsa.pem -s ed -k ed.pem".split(), cwd=folder,
                           input="".join(name + "\n" for name in names).encode(), stdout=subprocess.PIPE).stdout.decode()
    wrong, seen = [], 0
    for line in lines.split("\n")[:-1]:
        name, fields = line.split("\t")
        signed = fields.replace("\\t", "\t").replace("\\n", "\n").encode() + open(name, "rb").read()
        for index in range(2):
            seen += 1
            one = dkim.DKIM(signed.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
            try:
                good = one.verify(idx=index, dnsfunc=lambda name, timeout=5: records.get(name.decode()))
            except dkim.DKIMException as error:
                good = None
                wrong.append("%s: %s" % (name, error))
            if good is False:
                wrong.append("%s: signature %d" % (name, index))
    return seen, wrong


total, wrong = theirs()
ours_total, ours_wrong = ours()
print("%d of theirs, %d wrong; %d of ours, %d wrong" % (total, len(wrong), ours_total, len(ours_wrong)))
print("\n".join(wrong + ours_wrong))
