"""mitm.py PORT UPSTREAM FOLDER: a man in the middle between an SMTP client and the server at 127.0.0.1:UPSTREAM.

He listens at PORT of 127.0.1.1, .2, …, and does at each what its place in WAYS says. In FOLDER are the certificates that he
has, NAME.pem and NAME.key; into the file `heard` there he writes the commands that he could read, with the way before them.
"""
import os
import socket
import ssl
import sys
import threading

port, upstream, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]


def path(name):
    return os.path.join(folder, name)


def keep(line):
    """What makes the dialogue one line after the other."""
    return b"" if line[4:].strip() in (b"PIPELINING", b"CHUNKING") else line


def strip(line):
    return b"" if line[4:].strip() == b"STARTTLS" else keep(line)


def promise(line):
    """REQUIRETLS, without TLS."""
    return strip(line).replace(b"SMTPUTF8", b"REQUIRETLS")


def cross_out(line):
    return keep(line.replace(b"STARTTLS", b"XXXXXXXA"))


# name: what becomes of a line of the server, and what is said to STARTTLS instead of the server; a name of a certificate: he
# speaks TLS himself.
WAYS = {
    "pass": (keep, None),
    "strip": (strip, None),
    "cross": (cross_out, None),
    "refuse": (keep, b"454 4.7.0 TLS not available\r\n"),
    "unknown": (keep, b"500 5.5.1 what?\r\n"),
    "garbage": (keep, b"220 2.0.0 go\r\n250-mx\r\n250 SIZE\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 go ahead\r\n250 2.0.0 Ok\r\n"),
    "inject": (keep, "inject"),
    "stranger": (keep, "stranger"),
    "other": (keep, "other"),
    "expired": (keep, "expired"),
    "liar": (promise, None),
}


def heard(way, line):
    with open(path("heard"), "a") as file:
        print(way, line.decode("latin1").strip(), file=file, flush=True)


def relay(source, target):
    """Bytes, to the end of one side."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for one in source, target:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def both_ways(one, other):
    thread = threading.Thread(target=relay, args=(other, one), daemon=True)
    thread.start()
    relay(one, other)
    thread.join()


class Lines:
    """Lines of a socket, of which no byte is read that belongs to what follows."""

    def __init__(self, connection):
        self.connection = connection

    def __iter__(self):
        line = b""
        while byte := self.connection.recv(1):
            line += byte
            if byte == b"\n":
                yield line
                line = b""


def reply(server, change):
    """A reply of the server, of several lines, changed; its last line stays one."""
    lines = []
    for line in Lines(server):
        lines.append(change(line))
        if line[3:4] == b" ":
            break
    lines = [line for line in lines if line]
    if lines:
        lines[-1] = lines[-1][:3] + b" " + lines[-1][4:]
    return b"".join(lines)


def forward(way, line, client, server, change):
    """A command and its reply, with DATA the message too."""
    heard(way, line)
    server.sendall(line)
    answer = reply(server, change)
    client.sendall(answer)
    if line.strip().upper() == b"DATA" and answer.startswith(b"354"):
        for text in Lines(client):
            server.sendall(text)
            if text == b".\r\n":
                break
        client.sendall(reply(server, keep))


def pretend(way, client, server):
    """TLS with a certificate of his own; what he reads goes on in plain text."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path(way + ".pem"), path(way + ".key"))
    client.sendall(b"220 2.0.0 go\r\n")
    with context.wrap_socket(client, server_side=True) as tls:
        for line in Lines(tls):
            forward(way, line, tls, server, keep)


def starttls(way, client, server, line):
    """Whether the dialogue goes on as it was."""
    answer = WAYS[way][1]
    if isinstance(answer, bytes):
        client.sendall(answer)
        return True
    if answer in (None, "inject"):
        server.sendall(line)
        client.sendall(reply(server, keep) + (b"250-mx\r\n250 AUTH PLAIN\r\n" if answer else b""))
        both_ways(client, server)
    else:
        pretend(way, client, server)
    return False


def talk(way, client):
    with client, socket.create_connection(("127.0.0.1", upstream)) as server:
        client.sendall(reply(server, keep))
        for line in Lines(client):
            if line.strip() != b"STARTTLS":
                forward(way, line, client, server, WAYS[way][0])
            elif not starttls(way, client, server, line):
                return


def serve(way, client):
    try:
        talk(way, client)
    except OSError as error:
        print(way, error, flush=True)


def listen(way, address):
    server = socket.create_server((address, port), backlog=20)
    while True:
        threading.Thread(target=serve, args=(way, server.accept()[0]), daemon=True).start()


threads = [threading.Thread(target=listen, args=(way, f"127.0.1.{i}")) for i, way in enumerate(WAYS, 1)]
for thread in threads:
    thread.start()
