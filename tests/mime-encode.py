#!/usr/bin/python3
"""mime-encode.py COUNT: files of random bytes of many kinds, sent in random shapes, come back byte for byte.

Python's email package reads each message and has the last word on its parts; mime-decode -r -x reads it too. Every message
is looked at as a 7-bit SMTP server would, and each boundary for what it may not be.
"""
import email, os, random, subprocess, sys, tempfile

KINDS = [
    bytes(range(256)),
    b'ab cd\n',
    b'ab \t\n\n\n.From \r\n',
    'zażółć gęślą\n'.encode(),
    'zażółć\n'.encode('iso-8859-2'),
    b'-=_0AZaz-\n',
    b'\0\n\r',
]
PIECES = [b'From x\n', b'\n.\n', b'\n--=_0\n', b'--=_0', b'\n--=_01_--\n', b'x' * 1000, b' \n', b'\r\n', b'=\n', b'begin 644 x\n', b'end\n']
ENCODINGS = [[], [], [], [], ['-e', 'qp'], ['-e', 'base64'], ['-e', 'uu']]


def random_bytes():
    kind = random.choice(KINDS)
    data = bytearray()
    for _ in range(random.choice([0, 1, 5, 50])):
        if random.random() < 0.2:
            data += random.choice(PIECES)
        else:
            data += bytes(random.choices(kind, k=random.choice([0, 1, 13, 60, 200])))
    return bytes(data)


def name_of(number):
    return f'{number}' + random.choice(['', '.txt', '.html', '.bin', '.png', ' é"\\.x', '-' + 'long' * 20, '☃' * 30])


def leaf(folder, files):
    name = name_of(len(files))
    data = random_bytes()
    with open(os.path.join(folder, name), 'wb') as f:
        f.write(data)
    files.append(data)
    args = random.choice(ENCODINGS)
    if random.random() < 0.3:
        args = args + ['-t', random.choice(['text/plain', 'application/x-any', 'text/html', 'TEXT/x'])]
    return args + [name]


def shape(folder, files, depth):
    args = []
    for _ in range(random.choice([1, 1, 2, 3])):
        if args and random.random() < 0.5:
            args.append(random.choice(['-a', '-i', '-A']))
        if depth < 3 and random.random() < 0.3:
            args += ['-('] + shape(folder, files, depth + 1) + ['-)']
        else:
            args += leaf(folder, files)
    return args


def payload(part):
    return part.get_payload(decode=True)


def check_lines(message):
    assert b'\r' not in message and b'\0' not in message, 'CR or NUL'
    assert max(message) < 128, '8-bit'
    for line in message.split(b'\n'):
        assert len(line) <= 998, 'a long line'
        assert not line.startswith(b'From ') and line != b'.', line
        assert not line.endswith((b' ', b'\t')), line


def check_boundaries(message, parsed):
    boundaries = [p.get_boundary().encode() for p in parsed.walk() if p.is_multipart()]
    for b in boundaries:
        lines = [l for l in message.split(b'\n') if l.startswith(b'--' + b)]
        assert all(l in (b'--' + b, b'--' + b + b'--') for l in lines), lines
        assert lines.count(b'--' + b + b'--') == 1
        assert not any(o != b and o.startswith(b) for o in boundaries)


def check_decoded(folder, message, files):
    out = os.path.join(folder, 'out')
    with open(os.path.join(folder, 'm.eml'), 'wb') as f:
        f.write(message)
    shown = subprocess.run(['mime-list', os.path.join(folder, 'm.eml')], capture_output=True, check=True).stdout.decode()
    leaves = [l.split('\t')[1] for l in shown.splitlines() if not l.split('\t')[2].startswith('multipart/')]
    assert len(leaves) == len(files), shown
    got = [subprocess.run(['mime-decode', '-r', '-p', n], input=message, capture_output=True, check=True).stdout for n in leaves]
    assert sorted(got) == sorted(files), 'mime-decode'


def one(folder, seed):
    random.seed(seed)
    files = []
    args = shape(folder, files, 0)
    piped = None
    if random.random() < 0.1:
        place = max(i for i, a in enumerate(args) if os.path.exists(os.path.join(folder, a)))
        with open(os.path.join(folder, args[place]), 'rb') as f:
            piped = f.read()
        args[place] = '-'
    done = subprocess.run(['mime-encode'] + args, cwd=folder, input=piped or b'', capture_output=True)
    assert done.returncode == 0, (args, done.stderr)
    message = done.stdout
    check_lines(message)
    parsed = email.message_from_bytes(message)
    check_boundaries(message, parsed)
    leaves = [p for p in parsed.walk() if not p.is_multipart()]
    assert len(leaves) == len(files), args
    for part in leaves:
        assert not part.defects, part.defects
    # -i goes back to the part that it belongs to: another order than that of the arguments.
    assert sorted(map(payload, leaves)) == sorted(files), args
    if seed % 10 == 0:
        check_decoded(folder, message, files)


with tempfile.TemporaryDirectory() as folder:
    for seed in range(int(sys.argv[1])):
        try:
            one(folder, seed)
        except BaseException as e:
            print(f'seed {seed}: {e!r}')
            sys.exit(1)
