"""https.py PORT FOLDER: who asks for HOST is shown the certificate HOST.pem, else https.pem, and gets HOST.reply; where that is not
there, nothing.

What was asked is appended to the file `requests`, a line each: the host and the request line.
"""
import os
import socket
import ssl
import sys
import threading

port, folder = sys.argv[1:]


def path(name):
    return os.path.join(folder, name)


def host_of(hello):
    """The host whose name stands in this ClientHello: SNI."""
    hosts = {os.path.splitext(name)[0] for name in os.listdir(folder)}
    return next((host for host in hosts if b"\0" + bytes([len(host)]) + host.encode() in hello), "https")


def talk(connection):
    host = host_of(connection.recv(4096, socket.MSG_PEEK))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = path(host if os.path.exists(path(host + ".pem")) else "https")
    context.load_cert_chain(certificate + ".pem", certificate + ".key")
    with context.wrap_socket(connection, server_side=True) as tls:
        request = tls.recv(4096).split(b"\r\n")[0].decode()
        if not request:
            return
        with open(path("requests"), "a") as requests:
            print(host, request, file=requests)
        if os.path.exists(path(host + ".reply")):
            with open(path(host + ".reply"), "rb") as reply:
                tls.sendall(reply.read())
            tls.unwrap()
        else:
            tls.recv(1)


def serve(connection):
    try:
        with connection:
            talk(connection)
    except OSError as error:
        print(error, flush=True)


server = socket.create_server(("127.0.0.1", int(port)), backlog=50)
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
