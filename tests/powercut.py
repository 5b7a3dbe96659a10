#!/usr/bin/python3
"""powercut.py TRACE BEFORE ROOT OUTPUT

What a disk may hold after the power fails. TRACE is what strace -f -y -xx recorded of a program
that worked on the folder ROOT, BEFORE a copy of ROOT from before it ran. After each recorded
call the power may go: what was synced is there, and of the rest nothing, everything, or any part in any
order, a write also in part. Prints how many such disks there are. Then for each number on standard input
it makes ROOT that disk, writes to OUTPUT what the program had said on its standard output by then, and prints
its exit status, or 1 if it had not ended.
"""
import os
import random
import re
import shutil
import sys

VARIANTS = 4    # for each moment: nothing, everything, and two by chance


class Node:
    def __init__(self, data=None):
        self.data = data                # bytearray of a file; None for a folder
        self.entries = {}


class Op:
    """One change of one node, durable from the event on in which that node was synced."""

    def __init__(self, event, node, group, apply):
        self.event, self.node, self.group, self.apply = event, node, group, apply
        self.durable = None


class History:
    def __init__(self, trace, before, root):
        self.root = os.path.realpath(root)
        self.before = before
        self.tree = {}                  # path -> node, as the program sees it
        self.nameless = {}              # O_TMPFILE: its name in /proc -> node
        self.files = {}                 # (pid, fd) -> [node, offset, append]
        self.ops, self.events, self.said = [], 0, []
        self.status = None
        self.load()
        self.main = None
        for pid, call, args, result in calls(trace):
            self.main = self.main or pid
            handler = getattr(self, "on_" + call, None)
            if handler and not result.startswith("-1"):
                self.events += 1
                handler(pid, args, result)

    def load(self):
        self.tree[self.root] = Node()
        for here, folders, files in os.walk(self.before):
            at = os.path.join(self.root, os.path.relpath(here, self.before)).rstrip("/.").rstrip("/")
            for name in folders:
                self.tree[at + "/" + name] = Node()
            for name in files:
                with open(os.path.join(here, name), "rb") as f:
                    self.tree[at + "/" + name] = Node(bytearray(f.read()))
        self.links = [(self.tree[os.path.dirname(p)], os.path.basename(p), n)
                      for p, n in self.tree.items() if p != self.root]
        self.contents = [(n, bytes(n.data)) for n in self.tree.values() if n.data is not None]

    # -- what the program did

    def change(self, node, apply, group=None):
        self.ops.append(Op(self.events, node, group, apply))

    def enter(self, path, node, group=None):
        parent, name = self.tree.get(os.path.dirname(path)), os.path.basename(path)
        if parent is None:
            return
        if node is None:
            self.tree.pop(path, None)
        else:
            self.tree[path] = node

        def apply(disk):
            entries = disk.setdefault(parent, {})
            if node is None:
                entries.pop(name, None)
            else:
                entries[name] = node
        self.change(parent, apply, group)

    def path(self, folder, name):
        if not name.startswith("/"):
            name = (fd_path(folder) or self.root) + "/" + name
        return os.path.normpath(name)

    def inside(self, path):
        return path == self.root or path.startswith(self.root + "/")

    def on_openat(self, pid, args, result):
        path, fd = self.path(args[0], text(args[1])), int(result.split("<")[0])
        if not self.inside(path):
            self.files.pop((pid, fd), None)
            return
        if "O_TMPFILE" in args[2]:
            node = self.nameless[fd_path(result)] = Node(bytearray())
        else:
            node = self.tree.get(path)
            if node is None:
                node = Node(bytearray())
                self.enter(path, node)
            elif "O_TRUNC" in args[2]:
                self.cut(node, 0)
        self.files[pid, fd] = [node, 0, "O_APPEND" in args[2]]

    def cut(self, node, size):
        node.data[size:] = b""

        def apply(disk):
            disk[node][size:] = b""
        self.change(node, apply)

    def store(self, node, offset, data):
        grow(node.data, offset, data)

        def apply(disk, part=None):
            grow(disk[node], offset, data if part is None else data[:int(len(data) * part)])
        self.change(node, apply)

    def on_write(self, pid, args, result):
        data = raw(args[1])[:int(result)]
        opened = self.files.get((pid, int(args[0].split("<")[0])))
        if opened:
            if opened[2]:
                opened[1] = len(opened[0].data)
            self.store(opened[0], opened[1], data)
            opened[1] += len(data)
        elif args[0].split("<")[0] == "1" and pid == self.main:
            self.said.append((self.events, data))

    def on_pwrite64(self, pid, args, result):
        opened = self.files.get((pid, int(args[0].split("<")[0])))
        if opened:
            self.store(opened[0], int(args[3]), raw(args[1])[:int(result)])

    def on_ftruncate(self, pid, args, _):
        opened = self.files.get((pid, int(args[0].split("<")[0])))
        if opened:
            self.cut(opened[0], int(args[1]))

    def on_close(self, pid, args, _):
        self.files.pop((pid, int(args[0].split("<")[0])), None)

    def on_lseek(self, pid, args, result):
        opened = self.files.get((pid, int(args[0].split("<")[0])))
        if opened:
            opened[1] = int(result)

    def on_fsync(self, pid, args, _):
        opened = self.files.get((pid, int(args[0].split("<")[0])))
        node = opened[0] if opened else self.tree.get(fd_path(args[0]))
        for op in self.ops:
            if op.node is node and op.durable is None:
                op.durable = self.events
    on_fdatasync = on_fsync

    def on_mkdirat(self, _, args, __):
        path = self.path(args[0], text(args[1]))
        if self.inside(path):
            self.enter(path, Node())

    def on_linkat(self, pid, args, _):
        source, to = text(args[1]), self.path(args[2], text(args[3]))
        found = re.match(r"/proc/self/fd/(\d+)$", source)
        node = self.files[pid, int(found[1])][0] if found else self.tree.get(self.path(args[0], source))
        if node and self.inside(to):
            self.enter(to, node)

    def on_renameat(self, _, args, __):
        old, new = self.path(args[0], text(args[1])), self.path(args[2], text(args[3]))
        node = self.tree.get(old)
        if node and self.inside(new):
            group = object()
            self.enter(old, None, group)
            self.enter(new, node, group)
    on_renameat2 = on_renameat

    def on_unlinkat(self, _, args, __):
        path = self.path(args[0], text(args[1]))
        if path in self.tree:
            self.enter(path, None)

    def on_open(self, pid, args, result):
        self.on_openat(pid, ["AT_FDCWD"] + args, result)

    def on_mkdir(self, pid, args, result):
        self.on_mkdirat(pid, ["AT_FDCWD"] + args, result)

    def on_unlink(self, pid, args, result):
        self.on_unlinkat(pid, ["AT_FDCWD"] + args, result)

    def on_link(self, pid, args, result):
        self.on_linkat(pid, ["AT_FDCWD", args[0], "AT_FDCWD", args[1]], result)

    def on_rename(self, pid, args, result):
        self.on_renameat(pid, ["AT_FDCWD", args[0], "AT_FDCWD", args[1]], result)

    def on_exit_group(self, pid, args, _):
        if pid == self.main:
            self.status = (self.events, int(args[0]))

    # -- what the disk may hold

    def disk(self, moment, variant):
        chance = random.Random(moment * VARIANTS + variant)
        disk = {n: {} for n in [self.tree[self.root]]}
        for parent, name, node in self.links:
            disk.setdefault(parent, {})[name] = node
            disk.setdefault(node, {} if node.data is None else None)
        for node, data in self.contents:
            disk[node] = bytearray(data)
        for op in self.ops:
            if op.node not in disk or disk[op.node] is None:
                disk[op.node] = {} if op.node.data is None else bytearray()
        luck = {}
        for op in self.ops:
            if op.event > moment:
                break
            if op.durable is not None and op.durable <= moment or variant == 1:
                op.apply(disk)
            elif variant > 1 and luck.setdefault(op.group or op, chance.random() < 0.5):
                if "part" in op.apply.__code__.co_varnames:
                    op.apply(disk, chance.choice([0.3, 0.7, 1.0]))
                else:
                    op.apply(disk)
        return disk

    def restore(self, number, output):
        moment, variant = divmod(number, VARIANTS)
        moment += 1
        disk = self.disk(moment, variant)
        modes = {p: os.stat(self.before + p[len(self.root):]) for p, n in self.tree.items()
                 if os.path.exists(self.before + p[len(self.root):])}
        shutil.rmtree(self.root)
        place(disk, self.tree[self.root], self.root)
        for path, was in modes.items():
            if os.path.exists(path):
                os.chmod(path, was.st_mode)
        with open(output, "wb") as f:
            f.write(b"".join(data for event, data in self.said if event <= moment))
        return self.status[1] if self.status and self.status[0] <= moment else 1


def place(disk, node, path):
    content = disk.get(node)
    if node.data is None:
        os.mkdir(path, 0o700)
        for name, child in (content or {}).items():
            place(disk, child, path + "/" + name)
    else:
        with open(path, "wb") as f:
            f.write(content or b"")
        os.chmod(path, 0o666)


def grow(data, offset, new):
    if len(data) < offset:
        data.extend(bytes(offset - len(data)))
    data[offset:offset + len(new)] = new


# -- strace's lines

def raw(argument):
    quoted = re.match(r'"((?:\\x[0-9a-f]{2})*)"', argument)
    return bytes.fromhex(quoted[1].replace("\\x", "")) if quoted else b""


def text(argument):
    return raw(argument).decode()


def fd_path(argument):
    """The path that -y shows behind a descriptor."""
    found = re.search(r"<(.*?)>(?:\(deleted\))?", argument)
    if not found:
        return None
    path = re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), found[1])
    return path.removesuffix(" (deleted)")


def split(arguments):
    return [a.strip() for a in re.split(r',\s(?=(?:[^"]*"[^"]*")*[^"]*$)', arguments)]


def calls(trace):
    unfinished = {}
    with open(trace) as lines:
        for line in lines:
            pid, rest = line.rstrip("\n").split(None, 1)
            if rest.endswith("<unfinished ...>"):
                unfinished[pid] = rest[:-len("<unfinished ...>")]
                continue
            resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", rest)
            if resumed:
                rest = unfinished.pop(pid, "") + resumed[1]
            found = re.match(r"(\w+)\((.*)\)\s+= (\S+)", rest)
            if found:
                yield pid, found[1], split(found[2]), found[3]


def main():
    trace, before, root, output = sys.argv[1:]
    history = History(trace, before, root)
    print(history.events * VARIANTS, flush=True)
    for number in sys.stdin:
        print(history.restore(int(number), output), flush=True)


main()
