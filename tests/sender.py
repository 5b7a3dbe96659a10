"""sender.py suite: spf-check against the tests of RFC 7208 that python3-spf brings. sender.py random SEED N: beside python3-spf on N
questions about random records. sender.py perl: the same beside Mail::SPF. sender.py late: how many times as long as one late answer ten of them take. All ask a server here that knows the zones of the moment; a difference is a line, and 1."""
import gzip
import random
import socket
import struct
import subprocess
import sys
import threading
import time

import spf
import yaml

TYPES = {'A': 1, 'CNAME': 5, 'PTR': 12, 'MX': 15, 'TXT': 16, 'AAAA': 28}
SUITE = '/usr/share/doc/python3-spf/rfc7208-tests.yml.gz'


def records(zone, name):
    """The records of a name as (type, value); those of type SPF are TXT unless the test has its own."""
    given = [(t, v) for r in zone.get(name.lower(), []) if r != 'TIMEOUT' for t, v in r.items()]
    has_text = any(t == 'TXT' for t, _ in given)
    return [('TXT' if t == 'SPF' else t, v) for t, v in given
            if not (t == 'SPF' and has_text) and not (t == 'TXT' and v == 'NONE')]


def encode(name):
    out = b''
    for label in name.rstrip('.').split('.') if name.rstrip('.') else []:
        label = label.encode('latin-1')[:63]
        out += bytes([len(label)]) + label
    return out + b'\0'


def data(kind, value):
    if kind == 'A':
        return socket.inet_aton(value)
    if kind == 'AAAA':
        return socket.inet_pton(socket.AF_INET6, value)
    if kind == 'MX':
        return struct.pack('>H', value[0]) + encode(value[1])
    if kind == 'TXT':
        strings = [value] if isinstance(value, str) else value
        out = b''
        for s in strings:
            s = s.encode('utf-8')
            for i in range(0, max(len(s), 1), 255):
                out += bytes([len(s[i:i + 255])]) + s[i:i + 255]
        return out
    return encode(value)


class Server(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', 0))
        self.address = '127.0.0.1:%d' % self.socket.getsockname()[1]
        self.zone = {}
        self.delay = 0

    def answer(self, question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode('latin-1'))
            at += 1 + question[at]
        kind = struct.unpack('>H', question[at + 1:at + 3])[0]
        name, found, code = '.'.join(labels), b'', 0
        count = 0
        for _ in range(9):
            entries = self.zone.get(name.lower())
            if entries is None:
                code = 3
                break
            here = records(self.zone, name)
            if 'TIMEOUT' in entries and not any(TYPES.get(t) == kind for t, _ in here):
                code = 2
                break
            for t, v in here:
                if TYPES.get(t) == kind or t == 'CNAME':
                    d = data(t, v)
                    found += encode(name) + struct.pack('>HHIH', TYPES[t], 1, 60, len(d)) + d
                    count += 1
            alias = [v for t, v in here if t == 'CNAME']
            if not alias:
                break
            name = alias[0]
        header = question[:2] + struct.pack('>HHHHH', 0x8180 | code, 1, count, 0, 0)
        return header + question[12:at + 5] + found

    def send(self, question, peer):
        try:
            self.socket.sendto(self.answer(question), peer)
        except (ValueError, IndexError, KeyError, TypeError, OSError) as e:
            print('server:', e, file=sys.stderr)

    def run(self):
        while True:
            question, peer = self.socket.recvfrom(4096)
            if b'never' in question:
                continue
            if self.delay:
                threading.Timer(self.delay, self.send, (question, peer)).start()
            else:
                self.send(question, peer)


def ask(server, questions):
    """What spf-check says of (ip, sender, helo): (result, explanation or what is wrong) each."""
    lines = ''.join('%s\t%s\t%s\n' % q for q in questions)
    got = subprocess.run(['spf-check', '-r', server.address], input=lines.encode(), stdout=subprocess.PIPE, check=False)
    out = [line.split('\t') for line in got.stdout.decode('utf-8', 'replace').split('\n')[:-1]]
    if len(out) != len(questions):
        raise SystemExit('%d answers to %d questions, exit %d' % (len(out), len(questions), got.returncode))
    return [(fields[0], fields[4]) for fields in out]


def suite(server):
    """Each test's result is one of those it allows, and with fail its explanation."""
    wrong = count = 0
    with gzip.open(SUITE) as f:
        scenarios = list(yaml.safe_load_all(f))
    for scenario in scenarios:
        server.zone = {name.lower(): entries for name, entries in scenario['zonedata'].items()}
        tests = sorted(scenario['tests'].items())
        for (name, test), (result, said) in zip(tests, ask(server, [(t['host'], t['mailfrom'] or '<>', t['helo']) for _, t in tests])):
            allowed = test['result'] if isinstance(test['result'], list) else [test['result']]
            explanation = test.get('explanation', 'DEFAULT')
            explanation = '' if explanation == 'DEFAULT' else explanation
            count += 1
            if result not in allowed or (result == 'fail' and 'explanation' in test and said != explanation):
                print('%s: %s (%s), not %s %s' % (name, result, said, allowed, explanation))
                wrong += 1
    print('%d tests, %d wrong' % (count, wrong))
    return wrong


def random_zone(rng):
    """Hosts h0…h7 with addresses and exchanges, domains d0…d7 with records that lead to each other."""
    zone = {}
    spec = lambda: rng.choice(['h%d.test' % rng.randrange(9), 'd%d.test' % rng.randrange(9), '%{d}', 'x%{d2}', '%{ir}.l.test',
                               '%{l}.%{o}', '%{h1r}.test', 'h%{i1r}.test', '%{p}.test'])
    bits = lambda: rng.choice(['', '', '', '/24', '/32', '/31', '/0', '//64', '/24//64'])

    def term():
        q = rng.choice(['', '', '-', '~', '?'])
        return q + rng.choice([
            lambda: 'a' + rng.choice(['', ':' + spec()]) + bits(), lambda: 'mx' + rng.choice(['', ':' + spec()]) + bits(),
            lambda: 'include:d%d.test' % rng.randrange(9), lambda: 'include:' + spec(), lambda: 'exists:' + spec(),
            lambda: 'ptr' + rng.choice(['', ':test', ':h1.test']), lambda: 'ip4:192.0.2.%d' % rng.randrange(8) + rng.choice(['', '/30', '/33']),
            lambda: 'ip6:2001:db8::%d' % rng.randrange(4) + rng.choice(['', '/126'])])()

    for i in range(8):
        zone['h%d.test' % i] = [{'A': '192.0.2.%d' % rng.randrange(8)} for _ in range(rng.randrange(3))] + \
            [{'AAAA': '2001:db8::%d' % rng.randrange(4)} for _ in range(rng.randrange(2))]
        zone['d%d.test' % i] = [{'A': '192.0.2.%d' % rng.randrange(8)}] + \
            [{'MX': [rng.randrange(4), 'h%d.test' % rng.randrange(8)]} for _ in range(rng.randrange(3))]
        words = ['v=spf1'] + [term() for _ in range(rng.randrange(5))]
        if rng.random() < .3:
            words.append('redirect=d%d.test' % rng.randrange(9))
        elif rng.random() < .7:
            words.append(rng.choice(['-all', '~all', '?all', 'all']))
        if rng.random() < .05:
            words.append(rng.choice(['exp=', 'x', 'a:', 'ip4:1.2.3', 'include', 'all:x', 'redirect=d1.test', 'x=y']))
        # python3-spf knows a record that includes or redirects to itself before it evaluates it.
        words = [w for w in words if not (w.lstrip('-~?').startswith(('include:', 'redirect=')) and w.endswith(('d%d.test' % i, '%{d}')))]
        if rng.random() < .95:
            zone['d%d.test' % i].append({'TXT': ' '.join(words)})
        zone['%d.2.0.192.in-addr.arpa' % i] = [{'PTR': 'h%d.test' % rng.randrange(8)} for _ in range(rng.randrange(3))]
    return zone


def ask_perl(server, questions):
    """The same of Mail::SPF."""
    lines = ''.join('%s\t%s\t%s\n' % q for q in questions)
    got = subprocess.run(['perl', sys.path[0] + '/sender.pl', server.address.split(':')[1]], input=lines.encode(),
                         stdout=subprocess.PIPE, check=True)
    return [line.split('\t') for line in got.stdout.decode().split('\n')[:-1]]


def beside_perl(server, seed, count):
    rng = random.Random(seed)
    wrong = done = 0
    while done < count:
        server.zone = random_zone(rng)
        questions = [('192.0.2.%d' % rng.randrange(8), 'user@d%d.test' % rng.randrange(8), 'h%d.test' % rng.randrange(8)) for _ in range(40)]
        for q, (got, said), (want, why) in zip(questions, ask(server, questions), ask_perl(server, questions)):
            if got != want and 'find nothing' not in said and 'void' not in why.lower():
                wrong += 1
                print('%s: %s (%s), Mail::SPF %s (%s) %s' % (' '.join(q), got, said, want, why, records(server.zone, q[1].split('@')[1])))
        done += len(questions)
    print('%d questions, %d wrong' % (done, wrong))
    return wrong


def beside_pyspf(server, seed, count):
    rng = random.Random(seed)
    wrong = done = 0

    def look_up(name, kind, strict=True, timeout=None, level=0):
        entries = server.zone.get(name.rstrip('.').lower(), [])
        if 'TIMEOUT' in entries:
            raise spf.TempError('DNS timeout')
        return [((name, t), (tuple(v) if t == 'MX' else socket.inet_pton(socket.AF_INET6, v) if t == 'AAAA' else
                             (v.encode(),) if t == 'TXT' else v))
                for t, v in records(server.zone, name.rstrip('.')) if t == kind]
    spf.DNSLookup = look_up
    results = {}
    while done < count:
        server.zone = random_zone(rng)
        questions = [(rng.choice(['192.0.2.%d' % rng.randrange(8), '192.0.2.%d' % rng.randrange(8), '2001:db8::%d' % rng.randrange(4)]),
                      'user@d%d.test' % rng.randrange(8), 'h%d.test' % rng.randrange(8)) for _ in range(40)]
        for q, (got, said) in zip(questions, ask(server, questions)):
            want, why = spf.check2(i=q[0], s=q[1], h=q[2], timeout=0, querytime=0)[:2]
            results[got] = results.get(got, 0) + 1
            # It counts questions that find nothing, for us terms do (RFC 7208 4.6.4).
            if got != want and 'Void lookup' not in why and 'find nothing' not in said:
                wrong += 1
                print('%s: %s (%s), pyspf %s (%s) %s' % (' '.join(q), got, said, want, why, records(server.zone, q[1].split('@')[1])))
        done += len(questions)
    print('%d questions, %d wrong: %s' % (done, wrong, sorted(results.items())))
    return wrong


def late(server):
    """A record, ten that it includes, and nothing more: two answers one after the other."""
    server.zone = {'d%d.test' % i: [{'TXT': 'v=spf1 ip4:192.0.2.%d -all' % i}] for i in range(10)}
    server.zone['all.test'] = [{'TXT': 'v=spf1 ' + ' '.join('include:d%d.test' % i for i in range(10)) + ' -all'}]
    server.delay = .1
    start = time.monotonic()
    (result, _), = ask(server, [('192.0.2.9', 'a@all.test', 'x.test')])
    print(result, round((time.monotonic() - start) / server.delay))
    server.zone['a.test'] = [{'TXT': 'v=spf1 a include:never.test -all'}, {'A': '192.0.2.9'}]
    start = time.monotonic()
    (result, _), = ask(server, [('192.0.2.9', 'a@a.test', 'x.test')])
    print(result, round((time.monotonic() - start) / server.delay))
    return 0


def main():
    server = Server()
    server.start()
    if sys.argv[1] == 'suite':
        wrong = suite(server)
    elif sys.argv[1] == 'perl':
        wrong = beside_perl(server, int(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1] == 'late':
        wrong = late(server)
    else:
        wrong = beside_pyspf(server, int(sys.argv[2]), int(sys.argv[3]))
    sys.exit(wrong != 0)


main()
