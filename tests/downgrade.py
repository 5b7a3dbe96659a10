"""downgrade.py COMMAND...: that generated messages, converted, are 7-bit and decode to what they were, part by part."""
import email
import email.base64mime
import email.header
import quopri
import random
import re
import subprocess
import sys

MESSAGES = 600
UNFIT = re.compile(rb'[\0\x80-\xff]|\r(?!\n)|[^\n]{999}')


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.may_refuse = False
        self.boundaries = []

    def content(self):
        r = self.r
        lines = []
        for _ in range(r.choice([0, 1, 2, 5, 40])):
            kind = r.randrange(12)
            if kind < 5:
                line = b'plain words = and more' * r.randrange(3)
            elif kind < 7:
                line = 'Grüße, été, 漢字 '.encode(r.choice(['utf-8', 'utf-16-le'])).replace(b'\n', b'')
            elif kind == 7:
                line = bytes(r.choice([c for c in range(256) if c not in (10, 13)]) for _ in range(r.randrange(200)))
            elif kind == 8:
                line = b'long ' * r.randrange(100, 600) + b'--' + (r.choice(self.boundaries) if self.boundaries else b'')
            elif kind == 9:
                line = b'a\rb' + b'\r' * r.randrange(2)
            elif kind == 10:
                line = b'-' * r.randrange(4) + (r.choice(self.boundaries) if self.boundaries else b'') + b'\xff='
            else:
                line = b'blanks \t '
            lines.append(line)
        end = b'\r\n' if r.random() < .1 else b'\n'
        content = end.join(lines) + (end if r.random() < .7 else b'')
        if r.random() < .02:
            content += b'fits\n' * 15000
        return content

    def leaf(self):
        r = self.r
        kind = r.choice(['text/plain', 'text/html; charset=utf-8', 'TEXT/x (comment)', 'image/x', 'application/json', '', 'nonsense'])
        head = b'Content-Type: %s\n' % kind.encode() if kind else b''
        body = self.content()
        encoding = r.choice(['', '7bit', '8bit', 'Binary', 'base64', 'quoted-printable'])
        if encoding == 'base64':
            body = email.base64mime.body_encode(body).encode()
        elif encoding == 'quoted-printable':
            body = quopri.encodestring(re.sub(rb'\r+\n?', b'', body).replace(b'--', b''))
        if encoding:
            head = r.choice([b'', b'X-y: z\n']) + head + b'Content-Transfer-Encoding: %s\n' % encoding.encode()
        return head, body

    def ignored(self):
        return self.r.choice([b'', b'', b'This is MIME.\n', b'\xff\0 x\n', b'y' * 3000 + b'\n', b'--\xff\n'])

    def multipart(self, depth):
        r = self.r
        name = r.choice([b'b', b'b c', b'bb', b"=_(x)'?", b'x' * 70, b'b--x'])
        if r.random() < .9:
            name += b'%d' % r.randrange(1000)
        if name in self.boundaries:
            name += b'.%d' % len(self.boundaries)
        sub = r.choice(['mixed'] * 16 + ['alternative', 'digest', 'signed', 'encrypted'])
        self.boundaries.append(name)
        if sub in ('signed', 'encrypted'):
            self.may_refuse = True
        body = self.ignored()
        for _ in range(r.randrange(1, 4)):
            if sub == 'digest' and r.random() < .7:
                head, inner = b'', self.message(depth + 1)
            else:
                head, inner = self.entity(depth + 1)
            body += b'--' + name + r.choice([b'', b'', b' \t']) + b'\n' + head + b'\n' + inner + b'\n'
        if r.random() < .85:
            body += b'--' + name + b'--\n' + self.ignored()
        self.boundaries.remove(name)
        head = b'Content-Type: multipart/%s;\n\tboundary="%s"\n' % (sub.encode(), name)
        return r.choice([b'', b'', b'Content-Transfer-Encoding: 8bit\n']) + head, body

    def entity(self, depth):
        x = self.r.random()
        if depth < 5 and x < .5 - depth * .06:
            return self.multipart(depth)
        if depth < 5 and x < .6 - depth * .06:
            return b'Content-Type: message/rfc822\n', self.message(depth + 1)
        if x > .99:
            self.may_refuse = True
            return b'Content-Type: message/partial\n', self.content()
        return self.leaf()

    def message(self, depth=0):
        r = self.r
        head, body = self.entity(depth)
        fields = [head] if head else []
        if r.random() < .7:
            fields.append(b'MIME-Version: 1.0\n')
        fields.append(r.choice([b'Subject: plain\n', 'Subject: ein Grüß Gott\n'.encode(), b'Subject: \xe9t\xe9 ' + b'word ' * 300 + b'\n',
                                'From: Jörg Ä <a@b.example>, "ü, ö" <c@d.example>\n'.encode(), b'X-long: ' + b'z' * 2000 + b'\n']))
        if depth == 0 and r.random() < .05:
            fields.append(b'DKIM-Signature: v=1\n')
            self.may_refuse = True
        r.shuffle(fields)
        return b''.join(fields) + b'\n' + body


def crlf(data):
    return data.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')


def encoding(part):
    return str(part.get('Content-Transfer-Encoding', '7bit')).strip().lower()


def leaves(message):
    return [part for part in message.walk() if not part.is_multipart()]


def compare(before, after):
    """Part by part, in the form that the network carries."""
    was, now = email.message_from_bytes(before), email.message_from_bytes(after)
    if [p.get_content_type() for p in was.walk()] != [p.get_content_type() for p in now.walk()]:
        return 'the structure differs'
    for a, b in zip(leaves(was), leaves(now)):
        old, new = a.get_payload(decode=True), b.get_payload(decode=True)
        if encoding(a) == encoding(b) in ('base64', 'quoted-printable'):
            same = old == new
        elif encoding(b) == 'base64':
            same = crlf(old) == new
        else:
            same = old.replace(b'\r\n', b'\n') == new
        if not same:
            return 'a part differs: %r %r' % (old[-300:], new[-300:])
    return subjects(was, now)


def bare(part, name):
    """A field decoded, without blanks and quotes."""
    raw = next((value for key, value in part.raw_items() if key == name), '')
    words = email.header.decode_header(raw.encode('utf-8', 'surrogateescape').decode('latin-1'))
    text = b''.join(w if isinstance(w, bytes) else w.encode('latin-1') for w, _ in words)
    return re.sub(rb'[\s"]', b'', text)


def subjects(was, now):
    for a, b in zip(was.walk(), now.walk()):
        for name in ('Subject', 'From', 'X-long'):
            if bare(a, name) != bare(b, name):
                return 'a field differs: %r %r' % (bare(a, name), bare(b, name))
    return None


class Filter:
    def __init__(self, command):
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, message, step):
        self.child.stdin.write(b'%d %d\n' % (len(message), step) + message)
        self.child.stdin.flush()
        status, length = self.child.stdout.readline().split()
        return int(status), self.child.stdout.read(int(length))


def main():
    convert = Filter(sys.argv[1:])
    refused = changed = 0
    for seed in range(MESSAGES):
        maker = Maker(seed)
        message = maker.message()
        status, out = convert(message, random.Random(seed).choice([7, 100, 70000]))
        if status:
            refused += 1
            why = None if maker.may_refuse else 'refused'
        elif UNFIT.search(out):
            why = 'out of bounds: %r' % UNFIT.search(out)
        else:
            changed += out != message
            why = compare(message, out)
        if why:
            sys.exit('# message %d: %s' % (seed, why))
    convert.child.stdin.close()
    if changed < MESSAGES / 2 or refused > MESSAGES / 3 or convert.child.wait():
        sys.exit('# %d refused, %d changed of %d' % (refused, changed, MESSAGES))


main()
